/* How do a colour's picker and the field beside it stay the same? Without this script the field alone is there. */
(function () {
  "use strict";
  var form = document.getElementById("brand-form");
  if (!form) {
    return;
  }
  form.querySelectorAll("input[type=color]").forEach(function (picker) {
    var field = document.getElementById(picker.dataset.into);
    picker.hidden = false;
    picker.addEventListener("input", function () {
      field.value = picker.value;
    });
    field.addEventListener("input", function () {
      if (/^#[0-9a-f]{6}$/i.test(field.value)) {
        picker.value = field.value;
      }
    });
  });
})();
