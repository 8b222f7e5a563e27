/** The bytes in pieces, cut at the given places (those beyond the end do nothing). */
export async function* cut(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const place of [...new Set(places)].toSorted((a, b) => a - b)) {
    if (place <= from || place >= bytes.length) continue;
    yield bytes.subarray(from, place);
    from = place;
  }
  yield bytes.subarray(from);
}
