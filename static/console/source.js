/* Where in a source is something wrong? Line numbers beside it, marks on faulty lines, and a way to them. */
(function () {
  "use strict";
  var wanted = null; /* the place to go to once its field is there */

  function faultsOf(box) {
    return Array.prototype.filter.call(document.querySelectorAll("#faults [data-fault-line]"), function (one) {
      return one.dataset.faultBlock === box.dataset.sourceBlock && one.dataset.faultField === box.dataset.sourceField;
    });
  }

  function part(box, name, tag) {
    var found = box.querySelector("." + name);
    if (!found) {
      found = document.createElement(tag);
      found.className = name;
      box.insertBefore(found, tag === "ul" ? null : box.firstChild);
    }
    return found;
  }

  function lineHeight(area) {
    return parseFloat(getComputedStyle(area).lineHeight) || 20;
  }

  /* Numbers and marks are for the eye; the list below, which the field is described by, is for everybody. */
  function draw(box) {
    var area = box.querySelector("textarea");
    var faults = faultsOf(box);
    var lines = {};
    faults.forEach(function (one) { lines[one.dataset.faultLine] = true; });
    var gutter = part(box, "pr-source-gutter", "div");
    var strip = part(gutter, "pr-source-strip", "div");
    gutter.setAttribute("aria-hidden", "true");
    strip.textContent = "";
    for (var number = 1; number <= area.value.split("\n").length; number += 1) {
      var row = document.createElement("span");
      row.textContent = (lines[number] ? "✕ " : "") + number;
      row.className = lines[number] ? "pr-source-marked" : "";
      strip.appendChild(row);
    }
    slide(area, strip);
    tell(box, area, faults);
  }

  function tell(box, area, faults) {
    var list = part(box, "pr-source-faults", "ul");
    list.id = area.id + "-faults";
    list.textContent = "";
    faults.forEach(function (one) {
      var item = document.createElement("li");
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = "Line " + one.dataset.faultLine + ": " + one.dataset.reason;
      button.addEventListener("click", function () { go(area, Number(one.dataset.faultLine)); });
      item.appendChild(button);
      list.appendChild(item);
    });
    area.setAttribute("aria-invalid", String(faults.length > 0));
    area.setAttribute("aria-describedby", list.id);
  }

  function slide(area, strip) {
    strip.style.transform = "translateY(-" + area.scrollTop + "px)";
  }

  /* To a line of a field: it is selected and in sight. */
  function go(area, line) {
    var before = area.value.split("\n").slice(0, line - 1);
    var start = before.join("\n").length + (line > 1 ? 1 : 0);
    var end = area.value.indexOf("\n", start);
    area.focus();
    area.setSelectionRange(start, end < 0 ? area.value.length : end);
    area.scrollTop = Math.max(0, (line - 4) * lineHeight(area));
    area.scrollIntoView({ block: "nearest" });
  }

  function find(place) {
    var box = Array.prototype.find.call(document.querySelectorAll("[data-source-field]"), function (one) {
      return one.dataset.sourceBlock === place.faultBlock && one.dataset.sourceField === place.faultField;
    });
    return box ? box.querySelector("textarea") : place.faultBlock ? null : document.getElementById(place.faultField);
  }

  function arrive() {
    var area = wanted && find(wanted);
    if (area) {
      var line = Number(wanted.faultLine);
      wanted = null;
      for (var parent = area.parentNode; parent; parent = parent.parentNode) {
        if (parent.tagName === "DETAILS") {
          parent.open = true;
        }
      }
      go(area, line);
    }
  }

  function drawAll() {
    document.querySelectorAll("[data-source-field]").forEach(draw);
  }

  document.addEventListener("click", function (event) {
    var item = event.target.closest ? event.target.closest("#faults [data-fault-line]") : null;
    if (item && event.target.closest("button")) {
      wanted = { faultBlock: item.dataset.faultBlock, faultField: item.dataset.faultField, faultLine: item.dataset.faultLine };
      if (!event.target.closest("[hx-get]")) {
        arrive();
      }
    }
  });
  document.addEventListener("input", function (event) {
    var box = event.target.closest ? event.target.closest("[data-source-field]") : null;
    if (box) {
      draw(box);
    }
  });
  document.addEventListener("scroll", function (event) {
    var box = event.target.closest ? event.target.closest("[data-source-field]") : null;
    if (box) {
      slide(event.target, box.querySelector(".pr-source-strip"));
    }
  }, true);
  document.addEventListener("htmx:afterSettle", function () { drawAll(); arrive(); });
  drawAll();
})();
