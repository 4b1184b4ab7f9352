import { encode } from 'uqr';

/** A drawing of a QR code: an SVG path of unit squares, and how many units it is wide and high. */
export interface QrDrawing {
  readonly path: string;
  readonly units: number;
}

/** Modules of quiet around the code that readers need (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** Draws a link as a QR code, on this device: it holds the meeting's secret. */
export function drawQr(link: string): QrDrawing {
  const { data, size } = encode(link, { ecc: 'M', border: QUIET_ZONE });
  const bars = data.flatMap((row, y) => runsIn(row).map((run) => barOf(run, y)));
  return { path: bars.join(''), units: size };
}

function barOf([x, width]: readonly [number, number], y: number): string {
  return `M${String(x)} ${String(y)}h${String(width)}v1h-${String(width)}z`;
}

/** Where dark modules begin in a row, and how many follow each other. */
function runsIn(row: readonly boolean[]): (readonly [number, number])[] {
  return row.flatMap((isDark, x) => {
    if (!isDark || row[x - 1] === true) {
      return [];
    }
    const end = row.indexOf(false, x);
    return [[x, (end === -1 ? row.length : end) - x] as const];
  });
}
