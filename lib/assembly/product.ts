import { isWide, settle } from './wide';

/**
 * The matrix product behind dense layers, forward and backward:
 *
 *   C = initial + A B,   A [m, k],  B [k, n],  C [m, n]
 *
 * Two rows and sixteen columns of C are built at a time, in eight registers that stay put while the loop runs along k:
 * each step loads sixteen numbers of B and two of A and does 32 multiplications and additions. Where registers hold eight
 * numbers instead of four (./wide.ts) the same eight take four rows. What is left at the edges is done in four rows of up
 * to four columns, or one row at a time; where only one or two columns are left, as in the last layer of a policy or a
 * critic, a register holds rows instead of columns. Each number of C is its initial value plus the k products in order,
 * whichever tile it falls into: a row of the result does not depend on the rows beside it.
 *
 * A is read at a + row * aRow + step * aStep, so that it may be a transposed matrix (aRow 4) or one number repeated
 * (both 0). `initial` is read like C with rows `initialRow` apart: 0 repeats one row, as biases are.
 */
export function product(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
): void {
  const tiledRows = m & ~3;
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const at = (<usize>j) << 2;
    if (isWide())
      for (let i = 0; i < tiledRows; i += 4) {
        const row = <usize>i;
        tile4x16(
          k,
          a + row * aRow,
          aRow,
          aStep,
          b + at,
          bRow,
          initial + row * initialRow + at,
          initialRow,
          c + row * cRow + at,
          cRow,
        );
      }
    else
      for (let i = 0; i < tiledRows; i += 2) {
        const row = <usize>i;
        tile2x16(
          k,
          a + row * aRow,
          aRow,
          aStep,
          b + at,
          bRow,
          initial + row * initialRow + at,
          initialRow,
          c + row * cRow + at,
          cRow,
        );
      }
  }
  for (; j < n; j += 4) {
    const columns = n - j;
    const at = (<usize>j) << 2;
    let i = 0;
    if (columns < 3 && aRow === 4)
      for (; i + 16 <= tiledRows; i += 16)
        for (let column: usize = 0; column < <usize>columns; column++) {
          const row = <usize>i;
          const own = at + column * 4;
          tile16x1(
            k,
            a + row * aRow,
            aStep,
            b + own,
            bRow,
            initial + row * initialRow + own,
            initialRow,
            c + row * cRow + own,
            cRow,
          );
        }
    else if (columns < 3 && aStep === 4)
      for (; i < tiledRows; i += 4) {
        const row = <usize>i;
        tile4x2(
          k,
          a + row * aRow,
          aRow,
          b + at,
          bRow,
          initial + row * initialRow + at,
          initialRow,
          c + row * cRow + at,
          cRow,
          columns,
        );
      }
    for (; i < tiledRows; i += 4) {
      const row = <usize>i;
      tile4x4(
        k,
        a + row * aRow,
        aRow,
        aStep,
        b + at,
        bRow,
        initial + row * initialRow + at,
        initialRow,
        c + row * cRow + at,
        cRow,
        columns,
      );
    }
  }
  for (let i = tiledRows; i < m; i++) {
    const row = <usize>i;
    j = 0;
    for (; j + 16 <= n; j += 16) {
      const at = (<usize>j) << 2;
      tile1x16(k, a + row * aRow, aStep, b + at, bRow, initial + row * initialRow + at, c + row * cRow + at);
    }
    for (; j < n; j += 4) {
      const at = (<usize>j) << 2;
      tile1x4(
        k,
        a + row * aRow,
        aStep,
        b + at,
        bRow,
        initial + row * initialRow + at,
        c + row * cRow + at,
        n - j,
      );
    }
  }
  settle();
}

/** Four rows by sixteen columns, for registers of eight numbers. */
function tile4x16(
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c00 = v128.load(initial);
  let c01 = v128.load(initial, 16);
  let c02 = v128.load(initial, 32);
  let c03 = v128.load(initial, 48);
  initial += initialRow;
  let c10 = v128.load(initial);
  let c11 = v128.load(initial, 16);
  let c12 = v128.load(initial, 32);
  let c13 = v128.load(initial, 48);
  initial += initialRow;
  let c20 = v128.load(initial);
  let c21 = v128.load(initial, 16);
  let c22 = v128.load(initial, 32);
  let c23 = v128.load(initial, 48);
  initial += initialRow;
  let c30 = v128.load(initial);
  let c31 = v128.load(initial, 16);
  let c32 = v128.load(initial, 32);
  let c33 = v128.load(initial, 48);
  const end = b + <usize>k * bRow;
  for (; b !== end; b += bRow) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    c02 = f32x4.add(c02, f32x4.mul(x, b2));
    c03 = f32x4.add(c03, f32x4.mul(x, b3));
    x = v128.load_splat<f32>(a1);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    c12 = f32x4.add(c12, f32x4.mul(x, b2));
    c13 = f32x4.add(c13, f32x4.mul(x, b3));
    x = v128.load_splat<f32>(a2);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    c22 = f32x4.add(c22, f32x4.mul(x, b2));
    c23 = f32x4.add(c23, f32x4.mul(x, b3));
    x = v128.load_splat<f32>(a3);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    c32 = f32x4.add(c32, f32x4.mul(x, b2));
    c33 = f32x4.add(c33, f32x4.mul(x, b3));
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
}

/** Two rows by sixteen columns. */
function tile2x16(
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
): void {
  let a1 = a + aRow;
  let c00 = v128.load(initial);
  let c01 = v128.load(initial, 16);
  let c02 = v128.load(initial, 32);
  let c03 = v128.load(initial, 48);
  initial += initialRow;
  let c10 = v128.load(initial);
  let c11 = v128.load(initial, 16);
  let c12 = v128.load(initial, 32);
  let c13 = v128.load(initial, 48);
  const end = b + <usize>k * bRow;
  for (; b !== end; b += bRow) {
    const x = v128.load_splat<f32>(a);
    const y = v128.load_splat<f32>(a1);
    let q = v128.load(b);
    c00 = f32x4.add(c00, f32x4.mul(x, q));
    c10 = f32x4.add(c10, f32x4.mul(y, q));
    q = v128.load(b, 16);
    c01 = f32x4.add(c01, f32x4.mul(x, q));
    c11 = f32x4.add(c11, f32x4.mul(y, q));
    q = v128.load(b, 32);
    c02 = f32x4.add(c02, f32x4.mul(x, q));
    c12 = f32x4.add(c12, f32x4.mul(y, q));
    q = v128.load(b, 48);
    c03 = f32x4.add(c03, f32x4.mul(x, q));
    c13 = f32x4.add(c13, f32x4.mul(y, q));
    a += aStep;
    a1 += aStep;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
}

/** Four rows by one to four columns. */
function tile4x4(
  k: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
  columns: i32,
): void {
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c0 = v128.load(initial);
  let c1 = v128.load(initial + initialRow);
  let c2 = v128.load(initial + 2 * initialRow);
  let c3 = v128.load(initial + 3 * initialRow);
  for (let step = 0; step < k; step++) {
    const bs = v128.load(b);
    c0 = f32x4.add(c0, f32x4.mul(v128.load_splat<f32>(a), bs));
    c1 = f32x4.add(c1, f32x4.mul(v128.load_splat<f32>(a1), bs));
    c2 = f32x4.add(c2, f32x4.mul(v128.load_splat<f32>(a2), bs));
    c3 = f32x4.add(c3, f32x4.mul(v128.load_splat<f32>(a3), bs));
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bRow;
  }
  storeColumns(c, c0, columns);
  storeColumns(c + cRow, c1, columns);
  storeColumns(c + 2 * cRow, c2, columns);
  storeColumns(c + 3 * cRow, c3, columns);
}

/** Sixteen rows of one column, where the numbers of A that a step takes lie in one piece. */
function tile16x1(
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
): void {
  let c0 = loadColumn(initial, initialRow);
  let c1 = loadColumn(initial + 4 * initialRow, initialRow);
  let c2 = loadColumn(initial + 8 * initialRow, initialRow);
  let c3 = loadColumn(initial + 12 * initialRow, initialRow);
  for (let step = 0; step < k; step++) {
    const x = v128.load_splat<f32>(b);
    c0 = f32x4.add(c0, f32x4.mul(v128.load(a), x));
    c1 = f32x4.add(c1, f32x4.mul(v128.load(a, 16), x));
    c2 = f32x4.add(c2, f32x4.mul(v128.load(a, 32), x));
    c3 = f32x4.add(c3, f32x4.mul(v128.load(a, 48), x));
    a += aStep;
    b += bRow;
  }
  storeColumn(c, cRow, c0);
  storeColumn(c + 4 * cRow, cRow, c1);
  storeColumn(c + 8 * cRow, cRow, c2);
  storeColumn(c + 12 * cRow, cRow, c3);
}

/** Four rows by one or two columns, where the numbers of each row of A lie in one piece: four steps at a time. */
function tile4x2(
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  initialRow: usize,
  c: usize,
  cRow: usize,
  columns: i32,
): void {
  const second: usize = columns === 2 ? 4 : 0;
  let c0 = loadColumn(initial, initialRow);
  let c1 = loadColumn(initial + second, initialRow);
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let step = 0;
  for (; step + 4 <= k; step += 4) {
    const r0 = v128.load(a);
    const r1 = v128.load(a1);
    const r2 = v128.load(a2);
    const r3 = v128.load(a3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    let x = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load_splat<f32>(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load_splat<f32>(b + second)));
    b += bRow;
    x = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load_splat<f32>(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load_splat<f32>(b + second)));
    b += bRow;
    x = v128.shuffle<f32>(high01, high23, 0, 1, 4, 5);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load_splat<f32>(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load_splat<f32>(b + second)));
    b += bRow;
    x = v128.shuffle<f32>(high01, high23, 2, 3, 6, 7);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load_splat<f32>(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load_splat<f32>(b + second)));
    b += bRow;
    a += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
  }
  for (; step < k; step++) {
    const x = loadColumn(a, aRow);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load_splat<f32>(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load_splat<f32>(b + second)));
    a += 4;
    b += bRow;
  }
  storeColumn(c + second, cRow, c1);
  storeColumn(c, cRow, c0);
}

/** One row by sixteen columns. */
function tile1x16(k: i32, a: usize, aStep: usize, b: usize, bRow: usize, initial: usize, c: usize): void {
  let c0 = v128.load(initial);
  let c1 = v128.load(initial, 16);
  let c2 = v128.load(initial, 32);
  let c3 = v128.load(initial, 48);
  for (let step = 0; step < k; step++) {
    const x = v128.load_splat<f32>(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(b, 16)));
    c2 = f32x4.add(c2, f32x4.mul(x, v128.load(b, 32)));
    c3 = f32x4.add(c3, f32x4.mul(x, v128.load(b, 48)));
    a += aStep;
    b += bRow;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

/** One row by one to four columns. */
function tile1x4(
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  initial: usize,
  c: usize,
  columns: i32,
): void {
  let sum = v128.load(initial);
  for (let step = 0; step < k; step++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a), v128.load(b)));
    a += aStep;
    b += bRow;
  }
  storeColumns(c, sum, columns);
}

/** Four numbers `row` bytes apart. */
function loadColumn(from: usize, row: usize): v128 {
  let four = v128.load32_zero(from);
  four = v128.load_lane<u32>(from + row, four, 1);
  four = v128.load_lane<u32>(from + 2 * row, four, 2);
  return v128.load_lane<u32>(from + 3 * row, four, 3);
}

/** Stores four numbers `row` bytes apart. */
function storeColumn(to: usize, row: usize, four: v128): void {
  v128.store_lane<u32>(to, four, 0);
  v128.store_lane<u32>(to + row, four, 1);
  v128.store_lane<u32>(to + 2 * row, four, 2);
  v128.store_lane<u32>(to + 3 * row, four, 3);
}

/** Stores the first `columns` of four numbers. */
function storeColumns(to: usize, four: v128, columns: i32): void {
  if (columns >= 4) v128.store(to, four);
  else {
    if (columns & 2) v128.store_lane<u64>(to, four, 0);
    if (columns === 3) v128.store_lane<u32>(to, four, 2, 8);
    else if (columns === 1) v128.store_lane<u32>(to, four, 0);
  }
}

/** to [columns, rows] = from [rows, columns], transposed. */
export function transpose(rows: i32, columns: i32, from: usize, to: usize): void {
  const fromRow = (<usize>columns) << 2;
  const toRow = (<usize>rows) << 2;
  const tiledRows = rows & ~3;
  const tiledColumns = columns & ~3;
  for (let i = 0; i < tiledRows; i += 4) {
    let source = from + <usize>i * fromRow;
    let target = to + ((<usize>i) << 2);
    for (let j = 0; j < tiledColumns; j += 4) {
      const r0 = v128.load(source);
      const r1 = v128.load(source + fromRow);
      const r2 = v128.load(source + 2 * fromRow);
      const r3 = v128.load(source + 3 * fromRow);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(target + toRow, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(target + 2 * toRow, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(target + 3 * toRow, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      source += 16;
      target += 4 * toRow;
    }
  }
  for (let i = 0; i < rows; i++)
    for (let j = i < tiledRows ? tiledColumns : 0; j < columns; j++)
      store<f32>(
        to + <usize>j * toRow + ((<usize>i) << 2),
        load<f32>(from + <usize>i * fromRow + ((<usize>j) << 2)),
      );
}
