/* What of the block editor needs the browser? Formatting of text, dragging, and saying whether all is saved. */
(function () {
  "use strict";
  var waiting = 0;
  var isUnsaved = false;

  function say(words) {
    var state = document.getElementById("save-state");
    if (state) {
      state.textContent = words;
    }
  }

  /* Text with formatting: what is in the box goes into the hidden field beside it, which htmx sends. */
  document.addEventListener("input", function (event) {
    var box = event.target.closest ? event.target.closest(".pr-rich") : null;
    if (box) {
      document.getElementById(box.dataset.into).value = box.innerHTML;
    }
    if (event.target.closest && event.target.closest("#panel")) {
      isUnsaved = true;
      say("Not saved yet…");
    }
  });

  document.addEventListener("paste", function (event) {
    if (event.target.closest && event.target.closest(".pr-rich")) {
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    }
  });

  document.addEventListener("mousedown", function (event) {
    if (event.target.closest && event.target.closest(".pr-rich-tools")) {
      event.preventDefault(); /* the selection in the text stays */
    }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-command]") : null;
    if (!button) {
      return;
    }
    var box = button.parentNode.nextElementSibling;
    box.focus();
    var value = button.dataset.command === "createLink" ? window.prompt("Where does it lead?", "https://") : null;
    if (button.dataset.command !== "createLink" || value) {
      document.execCommand(button.dataset.command, false, value);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  /* A test is read as whom the preview shows. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("#send-a-test") : null;
    if (link) {
      var chosen = new FormData(document.getElementById("preview-form"));
      var there = new URL(link.href);
      [["contact", "person"], ["case", "case"], ["type", "type"]].forEach(function (pair) {
        if (chosen.get(pair[0])) {
          there.searchParams.set(pair[1], chosen.get(pair[0]));
        }
      });
      link.href = there.href;
    }
  }, true);

  /* Dragging: a block goes before the one it is dropped on, or to the end of a part. */
  var dragged = null;

  document.addEventListener("dragstart", function (event) {
    var block = event.target.closest ? event.target.closest("[data-block]") : null;
    if (block) {
      dragged = block;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", block.dataset.block);
    }
  });

  function dropPlace(event) {
    var place = dragged && event.target.closest ? event.target.closest("[data-spot]") : null;
    return place && !dragged.contains(place) ? place : null;
  }

  function mark(place) {
    document.querySelectorAll(".pr-drop").forEach(function (one) { one.classList.remove("pr-drop"); });
    if (place) {
      place.classList.add("pr-drop");
    }
  }

  document.addEventListener("dragover", function (event) {
    var place = dropPlace(event);
    if (place) {
      event.preventDefault();
    }
    mark(place);
  });

  document.addEventListener("drop", function (event) {
    var place = dropPlace(event);
    if (place) {
      event.preventDefault();
      var to = place.dataset.spot.split(".");
      var box = place.getBoundingClientRect();
      if (place.dataset.block && event.clientY > box.top + box.height / 2) {
        to[2] = String(Number(to[2]) + 1);
      }
      window.htmx.ajax("POST", document.getElementById("editor").dataset.act + "move/", {
        source: "#canvas", target: "#canvas", swap: "innerHTML settle:0ms",
        values: { block: dragged.dataset.block, to: to.join("."), revision: document.getElementById("revision").value }
      });
    }
    dragged = null;
    mark(null);
  });

  document.addEventListener("dragend", function () { dragged = null; mark(null); });

  /* Whether all is saved. */
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.requestConfig.verb === "post") {
      waiting += 1;
      say("Saving…");
    }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.requestConfig.verb !== "post") {
      return;
    }
    waiting -= 1;
    if (event.detail.successful) {
      isUnsaved = waiting > 0;
    } else {
      say("Not saved: the server cannot be reached or refused. What you wrote is still here; change anything to try again.");
    }
  });

  /* A press while a save is under way: its answer replaces the button, so the press is given to the new one. */
  var pressed = "";

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("#canvas button[id]") : null;
    if (button && waiting > 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      pressed = button.id;
    }
  }, true);

  document.addEventListener("htmx:afterRequest", function () {
    window.setTimeout(function () {
      var button = pressed && waiting === 0 ? document.getElementById(pressed) : null;
      if (button) {
        pressed = "";
        button.focus();
        button.click();
      }
    }, 0);
  });

  /* A save that comes while somebody fills in what to publish: the box stays open, with what is in it. */
  var publishing = null;

  document.addEventListener("htmx:beforeSwap", function () {
    var box = document.getElementById("publish-box");
    publishing = box && box.open ? new FormData(box.querySelector("form")) : null;
  });

  document.addEventListener("htmx:afterSwap", function () {
    var box = publishing && document.getElementById("publish-box");
    if (box && !box.open) {
      box.open = true;
      ["note", "due_at"].forEach(function (name) { box.querySelector("[name=" + name + "]").value = publishing.get(name); });
    }
  });

  window.addEventListener("beforeunload", function (event) {
    if (isUnsaved || waiting > 0) {
      event.preventDefault();
    }
  });
})();
