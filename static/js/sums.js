// Sums below repeated rows while typing: "合计 1,040,000.00", and for a plan how far it is from the contract's amount.
import { fenOf } from "./capital.js";

function shown(fen) {
  const yuan = (fen / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${yuan}.${(fen % 100n).toString().padStart(2, "0")}`;
}

function sumOf(rows, part) {
  return [...rows.querySelectorAll(`input[name$="-${part}"]`)]
    .map((field) => (field.value.trim() ? fenOf(field.value, "元") : 0n) ?? 0n)
    .reduce((sum, fen) => sum + fen, 0n);
}

export function start(root) {
  for (const line of root.querySelectorAll("[data-sums]")) {
    const rows = root.getElementById(line.dataset.sums);
    const gap = line.querySelector("[data-gap]");
    const show = () => {
      for (const output of line.querySelectorAll("[data-sum]")) {
        output.textContent = shown(sumOf(rows, output.dataset.sum));
      }
      if (!gap) return;
      const left = BigInt(line.dataset.total) - sumOf(rows, "amount_fen");
      const words = left === 0n ? gap.dataset.even : left > 0n ? gap.dataset.short : gap.dataset.over;
      gap.textContent = words.replace("{text}", shown(left < 0n ? -left : left));
    };
    rows.addEventListener("input", show);
    show();
  }
}
