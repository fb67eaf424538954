// Checking an Ed25519 signature (RFC 8032). Field elements are 16 limbs of 16
// bits in plain numbers, after TweetNaCl (public domain), because old
// telephones know no large integers. Nothing here is secret, so nothing needs
// to run in constant time.
function field(list) {
  var r = new Float64Array(16);
  for (var i = 0; list && i < list.length; i++) { r[i] = list[i]; }
  return r;
}
var F0 = field(), F1 = field([1]);
var FD = field([0x78a3, 0x1359, 0x4dca, 0x75eb, 0xd8ab, 0x4141, 0x0a4d, 0x0070, 0xe898, 0x7779, 0x4079, 0x8cc7, 0xfe73, 0x2b6f, 0x6cee, 0x5203]);
var FD2 = field([0xf159, 0x26b2, 0x9b94, 0xebd6, 0xb156, 0x8283, 0x149a, 0x00e0, 0xd130, 0xeef3, 0x80f2, 0x198e, 0xfce7, 0x56df, 0xd9dc, 0x2406]);
var FX = field([0xd51a, 0x8f25, 0x2d60, 0xc956, 0xa7b2, 0x9525, 0xc760, 0x692c, 0xdc5c, 0xfdd6, 0xe231, 0xc0a4, 0x53fe, 0xcd6e, 0x36d3, 0x2169]);
var FY = field([0x6658, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666]);
var FI = field([0xa0b0, 0x4a0e, 0x1b27, 0xc4ee, 0xe478, 0xad2f, 0x1806, 0x2f43, 0xd7a7, 0x3dfb, 0x0099, 0x2b4d, 0xdf0b, 0x4fc1, 0x2480, 0x2b83]);
// the order of the group, least byte first
var ORDER = [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10];

function fset(r, a) { for (var i = 0; i < 16; i++) { r[i] = a[i]; } }
function carry(o) {
  for (var i = 0; i < 16; i++) {
    o[i] += 65536;
    var c = Math.floor(o[i] / 65536);
    if (i < 15) { o[i + 1] += c - 1; } else { o[0] += 38 * (c - 1); }
    o[i] -= c * 65536;
  }
}
function fswap(p, q, b) {
  if (!b) { return; }
  for (var i = 0; i < 16; i++) { var t = p[i]; p[i] = q[i]; q[i] = t; }
}
function fadd(o, a, b) { for (var i = 0; i < 16; i++) { o[i] = a[i] + b[i]; } }
function fsub(o, a, b) { for (var i = 0; i < 16; i++) { o[i] = a[i] - b[i]; } }
function fmul(o, a, b) {
  var t = new Float64Array(31), i, j;
  for (i = 0; i < 16; i++) { for (j = 0; j < 16; j++) { t[i + j] += a[i] * b[j]; } }
  for (i = 0; i < 15; i++) { t[i] += 38 * t[i + 16]; }
  for (i = 0; i < 16; i++) { o[i] = t[i]; }
  carry(o); carry(o);
}
function fpack(n) {
  var out = new Uint8Array(32), t = field(n), m = field(), i, j, b;
  carry(t); carry(t); carry(t);
  for (j = 0; j < 2; j++) {
    m[0] = t[0] - 0xffed;
    for (i = 1; i < 15; i++) {
      m[i] = t[i] - 0xffff - ((m[i - 1] >> 16) & 1);
      m[i - 1] &= 0xffff;
    }
    m[15] = t[15] - 0x7fff - ((m[14] >> 16) & 1);
    b = (m[15] >> 16) & 1;
    m[14] &= 0xffff;
    fswap(t, m, 1 - b);
  }
  for (i = 0; i < 16; i++) { out[2 * i] = t[i] & 0xff; out[2 * i + 1] = t[i] >> 8; }
  return out;
}
function same(a, b) {
  if (a.length !== b.length) { return false; }
  for (var i = 0; i < a.length; i++) { if (a[i] !== b[i]) { return false; } }
  return true;
}
function finv(o, a) {
  var c = field(a);
  for (var i = 253; i >= 0; i--) {
    fmul(c, c, c);
    if (i !== 2 && i !== 4) { fmul(c, c, a); }
  }
  fset(o, c);
}
function fpow2523(o, a) {
  var c = field(a);
  for (var i = 250; i >= 0; i--) {
    fmul(c, c, c);
    if (i !== 1) { fmul(c, c, a); }
  }
  fset(o, c);
}

function padd(p, q) {
  var a = field(), b = field(), c = field(), d = field(), e = field(), f = field(), g = field(), h = field(), t = field();
  fsub(a, p[1], p[0]); fsub(t, q[1], q[0]); fmul(a, a, t);
  fadd(b, p[0], p[1]); fadd(t, q[0], q[1]); fmul(b, b, t);
  fmul(c, p[3], q[3]); fmul(c, c, FD2);
  fmul(d, p[2], q[2]); fadd(d, d, d);
  fsub(e, b, a); fsub(f, d, c); fadd(g, d, c); fadd(h, b, a);
  fmul(p[0], e, f); fmul(p[1], h, g); fmul(p[2], g, f); fmul(p[3], e, h);
}
function pmul(q, s) {
  var p = [field(), field(F1), field(F1), field()];
  for (var i = 255; i >= 0; i--) {
    padd(p, p);
    if ((s[i >> 3] >> (i & 7)) & 1) { padd(p, q); }
  }
  return p;
}
function ppack(p) {
  var x = field(), y = field(), z = field();
  finv(z, p[2]);
  fmul(x, p[0], z); fmul(y, p[1], z);
  var out = fpack(y);
  out[31] ^= (fpack(x)[0] & 1) << 7;
  return out;
}

// unpackNegative returns minus the point that 32 bytes stand for, or null.
function unpackNegative(bytes) {
  var r = [field(), field(), field(F1), field()], i;
  var t = field(), chk = field(), num = field(), den = field(), den2 = field(), den4 = field(), den6 = field();
  for (i = 0; i < 16; i++) { r[1][i] = bytes[2 * i] + (bytes[2 * i + 1] << 8); }
  r[1][15] &= 0x7fff;
  fmul(num, r[1], r[1]); fmul(den, num, FD);
  fsub(num, num, r[2]); fadd(den, r[2], den);
  fmul(den2, den, den); fmul(den4, den2, den2); fmul(den6, den4, den2);
  fmul(t, den6, num); fmul(t, t, den);
  fpow2523(t, t);
  fmul(t, t, num); fmul(t, t, den); fmul(t, t, den); fmul(r[0], t, den);
  fmul(chk, r[0], r[0]); fmul(chk, chk, den);
  if (!same(fpack(chk), fpack(num))) { fmul(r[0], r[0], FI); }
  fmul(chk, r[0], r[0]); fmul(chk, chk, den);
  if (!same(fpack(chk), fpack(num))) { return null; }
  if ((fpack(r[0])[0] & 1) === bytes[31] >> 7) { fsub(r[0], F0, r[0]); }
  fmul(r[3], r[0], r[1]);
  return r;
}

// modOrder reduces 64 bytes modulo the order of the group.
function modOrder(bytes) {
  var x = new Float64Array(65), out = new Uint8Array(32), c, i, j;
  for (i = 0; i < 64; i++) { x[i] = bytes[i]; }
  for (i = 63; i >= 32; i--) {
    c = 0;
    for (j = i - 32; j < i - 12; j++) {
      x[j] += c - 16 * x[i] * ORDER[j - (i - 32)];
      c = Math.floor((x[j] + 128) / 256);
      x[j] -= c * 256;
    }
    x[j] += c;
    x[i] = 0;
  }
  c = 0;
  for (j = 0; j < 32; j++) {
    x[j] += c - (x[31] >> 4) * ORDER[j];
    c = x[j] >> 8;
    x[j] &= 255;
  }
  for (j = 0; j < 32; j++) { x[j] -= c * ORDER[j]; }
  for (i = 0; i < 32; i++) {
    x[i + 1] += x[i] >> 8;
    out[i] = x[i] & 255;
  }
  return out;
}

function join(list) {
  var n = 0, i, out;
  for (i = 0; i < list.length; i++) { n += list[i].length; }
  out = new Uint8Array(n);
  for (i = 0, n = 0; i < list.length; i++) { out.set(list[i], n); n += list[i].length; }
  return out;
}

function ed25519Verify(pub, message, sig) {
  if (sig.length !== 64 || pub.length !== 32) { return false; }
  var r = sig.subarray(0, 32), s = sig.subarray(32), i = 31;
  while (i >= 0 && s[i] === ORDER[i]) { i--; }
  if (i < 0 || s[i] > ORDER[i]) { return false; } // a second form of the same signature
  var a = unpackNegative(pub);
  if (!a) { return false; }
  var base = [field(FX), field(FY), field(F1), field()];
  fmul(base[3], FX, FY);
  var p = pmul(a, modOrder(sha512(join([r, pub, message]))));
  padd(p, pmul(base, s));
  return same(ppack(p), r);
}
