/**
 * Letters that Unicode does not take apart into an ASCII letter and an accent, or that are written with two
 * letters where accents are missing. All others lose their accents (é → e, å → a, č → c).
 */
export const letters: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  ß: "ss",
  æ: "ae",
  ø: "o",
  œ: "oe",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ı: "i",
  ĸ: "k",
  ł: "l",
  ŋ: "n",
  ſ: "s",
  ŧ: "t",
  ə: "e",
  ...pairs(
    "а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю iu я ia",
  ),
  ...pairs("є ie і i ї i ґ g ў u ђ dj ј j љ lj њ nj ћ c џ dz"),
  ...pairs(
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o",
  ),
};

/** `-` stands for nothing. */
function pairs(text: string): Record<string, string> {
  const words = text.split(" ");
  const found: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    found[words[at] ?? ""] = words[at + 1] === "-" ? "" : (words[at + 1] ?? "");
  }
  return found;
}

/**
 * The text in ASCII: letters of the table, then others without their accents; what remains is left out.
 * `own` comes before the table, so that a Swedish company may write ä as a.
 */
export function transliterate(text: string, own: Readonly<Record<string, string>> = {}): string {
  let result = "";
  for (const letter of text.normalize("NFC")) {
    result += isAscii(letter) ? letter : (known(letter, own) ?? withoutAccents(letter, own));
  }
  return result;
}

const isAscii = (text: string): boolean => text.charCodeAt(0) < 0x80;

/** What a letter is written as; of a capital letter, with its first letter as a capital. */
function known(letter: string, own: Readonly<Record<string, string>>): string | undefined {
  const small = letter.toLowerCase();
  const found = of(own, letter) ?? of(own, small) ?? of(letters, small);
  if (found === undefined || letter === small || of(own, letter) !== undefined) return found;
  return found.slice(0, 1).toUpperCase() + found.slice(1);
}

const of = (table: Readonly<Record<string, string>>, letter: string): string | undefined =>
  Object.hasOwn(table, letter) ? table[letter] : undefined;

function withoutAccents(letter: string, own: Readonly<Record<string, string>>): string {
  let result = "";
  for (const part of letter.normalize("NFKD").replaceAll(/\p{M}/gu, "")) {
    result += isAscii(part) ? part : (known(part, own) ?? "");
  }
  return result;
}

/**
 * The text as a part of a name to sign in with: in ASCII and small letters, only `a-z 0-9 . _ -`, and no dot
 * or hyphen at its ends or twice in a row.
 */
export const asName = (text: string, own?: Readonly<Record<string, string>>): string =>
  transliterate(text, own)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "")
    .replaceAll(/([.-])[.-]+/g, "$1")
    .replaceAll(/^[.-]+|[.-]+$/g, "");
