/* Where does the name of a chosen file go? Nowhere else: Unfold's script would write it into the nearest text field,
   such as a brand's name, which the next save would then keep. It passes by inputs that say they were seen to. */
(function () {
  "use strict";
  Object.defineProperty(window.HTMLInputElement.prototype, "hasChangeListener", {
    get: function () { return this.type === "file"; },
    set: function () { /* it stays as it is */ }
  });
})();
