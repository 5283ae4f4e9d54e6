/* When does a live part of a page ask for news? Not while nobody sees the page, and at once when it is seen again. */
(function () {
  "use strict";
  var polls = "[hx-trigger^='every']";

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.detail.elt.matches(polls)) {
      event.preventDefault();
    }
  });

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      return;
    }
    document.querySelectorAll(polls).forEach(function (part) {
      var options = { source: part, target: part, swap: part.getAttribute("hx-swap") || "innerHTML" };
      if (part.hasAttribute("hx-select")) {
        options.select = part.getAttribute("hx-select");
      }
      window.htmx.ajax("GET", part.getAttribute("hx-get"), options);
    });
  });
})();
