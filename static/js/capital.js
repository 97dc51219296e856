// 大写 below an amount while typing. The same reading as the server's: thousands separators and full-width
// digits are accepted, at most two decimals of 元; anything else shows nothing, the server will say why.
import { word } from "./words.js";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SMALL = ["", "拾", "佰", "仟"];
const BIG = ["", "万", "亿", "万亿"];
const LIMIT = 10n ** 12n; // 100亿元 in 分

export function fenOf(text, unit) {
  const plain = text.normalize("NFKC").replace(/[,\s]/g, "");
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(plain);
  if (!match) return null;
  const places = unit === "万元" ? 6 : 2;
  const decimals = (match[2] ?? "").replace(/0+$/, "");
  if (decimals.length > places) return null;
  const fen = BigInt(match[1] + decimals.padEnd(places, "0"));
  return fen <= LIMIT ? fen : null;
}

function group(number) {
  let text = "";
  let gap = false;
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) {
      text += (gap && text ? "零" : "") + DIGITS[digit] + SMALL[place];
      gap = false;
    } else {
      gap = true;
    }
  }
  return text;
}

export function capital(fen) {
  if (fen === 0n) return "零元整";
  let yuan = fen / 100n;
  const jiao = Number((fen / 10n) % 10n);
  const cent = Number(fen % 10n);
  const groups = [];
  while (yuan > 0n) {
    groups.unshift(Number(yuan % 10000n));
    yuan /= 10000n;
  }
  let text = "";
  groups.forEach((number, index) => {
    if (number) text += (text && number < 1000 ? "零" : "") + group(number) + BIG[groups.length - 1 - index];
  });
  if (text) text += "元";
  if (!jiao && !cent) return `${text}整`;
  if (jiao) text += `${DIGITS[jiao]}角`;
  else if (text) text += "零";
  return text + (cent ? `${DIGITS[cent]}分` : "整");
}

export function start(root) {
  for (const field of root.querySelectorAll("[data-capital]")) {
    const output = root.getElementById(`${field.id}-capital`);
    if (!output) continue;
    const chosen = field.dataset.capitalUnit ? root.getElementById(field.dataset.capitalUnit) : null;
    const show = () => {
      const unit = chosen ? chosen.value : field.dataset.capital;
      const fen = field.value.trim() ? fenOf(field.value, unit) : null;
      output.textContent = fen === null ? "" : word("capital", { text: capital(fen) });
    };
    field.addEventListener("input", show);
    chosen?.addEventListener("change", show);
    show();
  }
}
