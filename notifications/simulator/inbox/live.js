// Does the list show the newest mails? Asks every two seconds, while the page is seen.
"use strict";
(() => {
  const rows = document.getElementById("rows");
  const count = document.querySelector(".count");
  const isFirstPage = !new URLSearchParams(location.search).get("before");

  async function refresh() {
    const seen = rows.querySelector("[data-seen]")?.dataset.seen ?? "";
    const answer = await fetch(rows.dataset.live + "&seen=" + seen);
    if (answer.status !== 200) return;
    const focused = document.activeElement?.getAttribute("href");
    rows.innerHTML = await answer.text();
    if (focused) rows.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    const total = await (await fetch("/control/accepts/count")).json();
    count.textContent = total.count.toLocaleString("en") + " accepted";
  }

  if (rows && isFirstPage) {
    setInterval(() => {
      if (!document.hidden) refresh().catch(() => {});
    }, 2000);
  }
})();
