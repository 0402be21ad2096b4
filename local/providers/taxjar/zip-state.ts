/** The states by the first three digits of their ZIP codes, as ranges (USPS Publication 65; en.wikipedia.org/wiki/List_of_ZIP_Code_prefixes). */
const RANGES =
  '005-005NY 006-009PR 010-027MA 028-029RI 030-038NH 039-049ME 050-054VT 055-055MA 056-059VT 060-069CT 070-089NJ ' +
  '100-149NY 150-196PA 197-199DE 200-200DC 201-201VA 202-205DC 206-219MD 220-246VA 247-268WV 270-289NC 290-299SC ' +
  '300-319GA 320-349FL 350-369AL 370-385TN 386-397MS 398-399GA 400-427KY 430-459OH 460-479IN 480-499MI 500-528IA ' +
  '530-549WI 550-567MN 570-577SD 580-588ND 590-599MT 600-629IL 630-658MO 660-679KS 680-693NE 700-714LA 716-729AR ' +
  '730-732OK 733-733TX 734-749OK 750-799TX 800-816CO 820-831WY 832-838ID 840-847UT 850-865AZ 870-884NM 885-885TX ' +
  '889-898NV 900-961CA 967-968HI 969-969GU 970-979OR 980-994WA 995-999AK';

const STATE_OF = new Map<number, string>();
for (const range of RANGES.split(' ')) {
  const first = Number(range.slice(0, 3));
  const last = Number(range.slice(4, 7));
  for (let prefix = first; prefix <= last; prefix++) STATE_OF.set(prefix, range.slice(7));
}

/** The state in which a US ZIP code lies, or undefined when no ZIP code begins like that. */
export function stateOfZip(zip: string): string | undefined {
  return STATE_OF.get(Number(zip.slice(0, 3)));
}
