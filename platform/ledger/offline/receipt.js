// Checking a receipt: the same rules, refusals and order as Verify and Extends
// of platform/ledger/receipt.go. Every way out is an exception with a plain
// sentence.
function fail(text) { var e = new Error(text); e.plain = true; throw e; }

// text and bytes

function utf8(s) {
  var out = [], i, c, d;
  for (i = 0; i < s.length; i++) {
    c = s.charCodeAt(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < s.length) {
      d = s.charCodeAt(i + 1);
      if (d >= 0xdc00 && d < 0xe000) { c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00); i++; }
    }
    if (c < 0x80) { out.push(c); }
    else if (c < 0x800) { out.push(0xc0 | c >> 6, 0x80 | c & 63); }
    else if (c < 0x10000) { out.push(0xe0 | c >> 12, 0x80 | c >> 6 & 63, 0x80 | c & 63); }
    else { out.push(0xf0 | c >> 18, 0x80 | c >> 12 & 63, 0x80 | c >> 6 & 63, 0x80 | c & 63); }
  }
  return new Uint8Array(out);
}

// fromUtf8 returns null for bytes that are not exactly UTF-8.
function fromUtf8(b) {
  var parts = [], chunk = [], i = 0, c, n, k, least;
  while (i < b.length) {
    c = b[i++];
    n = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
    if (n < 0 || i + n > b.length) { return null; }
    least = [0, 0x80, 0x800, 0x10000][n];
    c = n === 0 ? c : c & (0x3f >> n);
    for (k = 0; k < n; k++) {
      if ((b[i] & 0xc0) !== 0x80) { return null; }
      c = c << 6 | b[i++] & 63;
    }
    if (c < least || c > 0x10ffff || c >= 0xd800 && c < 0xe000) { return null; }
    if (c > 0xffff) { c -= 0x10000; chunk.push(0xd800 + (c >> 10), 0xdc00 + (c & 1023)); } else { chunk.push(c); }
    if (chunk.length > 4000) { parts.push(String.fromCharCode.apply(null, chunk)); chunk = []; }
  }
  parts.push(String.fromCharCode.apply(null, chunk));
  return parts.join('');
}

var B64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
function toB64(b) {
  var s = '', i, v;
  for (i = 0; i < b.length; i += 3) {
    v = b[i] << 16 | (b[i + 1] || 0) << 8 | (b[i + 2] || 0);
    s += B64[v >> 18] + B64[v >> 12 & 63] + (i + 1 < b.length ? B64[v >> 6 & 63] : '=') + (i + 2 < b.length ? B64[v & 63] : '=');
  }
  return s;
}
// fromB64 accepts the one right way of writing only; null otherwise.
function fromB64(s) {
  if (typeof s !== 'string' || s.length % 4 !== 0) { return null; }
  var end = s.length - (s.slice(-2) === '==' ? 2 : s.slice(-1) === '=' ? 1 : 0), out = [], v = 0, i, x;
  for (i = 0; i < end; i++) {
    x = B64.indexOf(s.charAt(i));
    if (x < 0) { return null; }
    v = (v << 6 | x) & 0xffffff;
    if (i % 4 === 1) { out.push(v >> 4 & 255); }
    if (i % 4 === 2) { out.push(v >> 2 & 255); }
    if (i % 4 === 3) { out.push(v & 255); }
  }
  var b = new Uint8Array(out);
  return toB64(b) === s ? b : null;
}
function hex(b) {
  var s = '';
  for (var i = 0; i < b.length; i++) { s += (b[i] < 16 ? '0' : '') + b[i].toString(16); }
  return s;
}

// the one encoding

function quote(s) {
  var out = '"', i, c, d;
  for (i = 0; i < s.length; i++) {
    c = s.charCodeAt(i);
    d = s.charCodeAt(i + 1);
    if (c === 34 || c === 92) { out += '\\' + s[i]; }
    else if (c === 8) { out += '\\b'; } else if (c === 9) { out += '\\t'; } else if (c === 10) { out += '\\n'; }
    else if (c === 12) { out += '\\f'; } else if (c === 13) { out += '\\r'; }
    else if (c < 32 || c === 0x2028 || c === 0x2029) { out += '\\u' + ('000' + c.toString(16)).slice(-4); }
    else if (c >= 0xd800 && c < 0xdc00 && d >= 0xdc00 && d < 0xe000) { out += s[i] + s[++i]; }
    else if (c >= 0xd800 && c < 0xe000) { out += '\ufffd'; }
    else { out += s[i]; }
  }
  return out + '"';
}
// Shapes: 's' text, 'n' whole number, 'h' hash, [shape] list, object in order.
var SHAPE = {
  case: 's', checkpoint: 's', earlier: [{ checkpoint: 's', proof: ['h'] }],
  entries: [{ leaf: 's', n: 'n', opened: [{ name: 's', salt: 's', value: 's' }], prev: 's', proof: ['h'], salt: 's', seq: 'n' }],
  format: 's', holder: 's', key: 's', witnesses: ['s']
};
function encode(v, shape) {
  var parts = [], i, k;
  if (shape === 's' && typeof v === 'string') { return quote(v); }
  if (shape === 'n' && typeof v === 'number' && Math.floor(v) === v && Math.abs(v) <= 9007199254740991) { return String(v); }
  if (shape === 'h') {
    var b = fromB64(v);
    if (b && b.length === 32) { return quote(v); }
  }
  if (Array.isArray(shape) && Array.isArray(v)) {
    for (i = 0; i < v.length; i++) { parts.push(encode(v[i], shape[0])); }
    return '[' + parts.join(',') + ']';
  }
  if (typeof shape === 'object' && !Array.isArray(shape) && v !== null && typeof v === 'object' && !Array.isArray(v)) {
    for (k in shape) { parts.push('"' + k + '":' + encode(v[k], shape[k])); }
    return '{' + parts.join(',') + '}';
  }
  return fail('文件的写法和导出时不一样，被改动过');
}

// hashes of the ledger

function leafHash(text) { return sha256(join([[0], utf8(text)])); }
function nodeHash(l, r) { return sha256(join([[1], l, r])); }
function sum() {
  var parts = [];
  for (var i = 0; i < arguments.length; i++) {
    var b = utf8(arguments[i]);
    parts.push(utf8(b.length + ':'), b);
  }
  return hex(sha256(join(parts)));
}
function fingerprint(key) { return hex(sha256(utf8(key))).slice(0, 32).toUpperCase().replace(/(.{4})(?=.)/g, '$1 '); }

// RFC 6962 proofs, in the order of golang.org/x/mod/sumdb/tlog
function split(n) { var k = 1; while (2 * k < n) { k *= 2; } return k; }
function recordRoot(p, lo, hi, n, leaf) {
  if (lo + 1 === hi) { return p.length ? fail('证明太长') : leaf; }
  if (!p.length) { fail('证明太短'); }
  var k = split(hi - lo), last = p[p.length - 1], rest = p.slice(0, -1);
  return n < lo + k ? nodeHash(recordRoot(rest, lo, lo + k, n, leaf), last) : nodeHash(last, recordRoot(rest, lo + k, hi, n, leaf));
}
function treeRoots(p, lo, hi, n, old) {
  if (n === hi) {
    if (p.length !== (lo === 0 ? 0 : 1)) { fail('证明的长短不对'); }
    return lo === 0 ? [old, old] : [p[0], p[0]];
  }
  if (!p.length) { fail('证明太短'); }
  var k = split(hi - lo), last = p[p.length - 1], rest = p.slice(0, -1), t;
  if (n <= lo + k) { t = treeRoots(rest, lo, lo + k, n, old); return [t[0], nodeHash(t[1], last)]; }
  t = treeRoots(rest, lo + k, hi, n, old);
  return [nodeHash(last, t[0]), nodeHash(last, t[1])];
}
function hashes(list) { return list.map(fromB64); }
