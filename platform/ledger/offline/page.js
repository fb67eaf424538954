// The page itself: two files in, one answer out. Nothing leaves this machine:
// the policy in the head forbids every connection.
(function () {
  var files = { now: null, old: null };
  function id(x) { return document.getElementById(x); }
  function el(tag, text, cls) {
    var e = document.createElement(tag);
    if (text !== undefined) { e.textContent = text; }
    if (cls) { e.className = cls; }
    return e;
  }
  function two(n) { return (n < 10 ? '0' : '') + n; }
  // when writes an instant in the court's zone, which has known no summer time since 1992.
  function when(at) {
    var ms = Date.parse(at);
    if (isNaN(ms)) { return String(at); }
    var d = new Date(ms + 8 * 3600000);
    return d.getUTCFullYear() + '年' + (d.getUTCMonth() + 1) + '月' + d.getUTCDate() + '日 ' + two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()) + ':' + two(d.getUTCSeconds());
  }
  function words(v) { return v === true ? '是' : v === false ? '否' : String(v); }
  function label(k) { return has(LABELS, k) ? LABELS[k] : k; }

  function read(which, file, dropped) {
    if (!file) { return; }
    var r = new FileReader();
    r.onload = function () {
      files[which] = new Uint8Array(r.result);
      id(which + '-name').textContent = file.name;
      id(which + '-name').className = dropped ? 'name' : 'name quiet'; // the field itself shows a chosen file
      id('answer').hidden = true;
    };
    r.onerror = function () { id(which + '-name').textContent = '这个文件打不开，请换一个'; };
    r.readAsArrayBuffer(file);
  }
  ['now', 'old'].forEach(function (which) {
    var box = id(which + '-box');
    id(which).addEventListener('change', function (e) { read(which, e.target.files[0]); });
    box.addEventListener('dragover', function (e) { e.preventDefault(); });
    box.addEventListener('drop', function (e) { e.preventDefault(); read(which, e.dataTransfer.files[0], true); });
  });

  function entry(e, i) {
    var li = el('li'), dl = el('dl');
    li.appendChild(el('p', when(e.at), 'at'));
    li.appendChild(el('h3', (i + 1) + '. ' + e.title));
    li.appendChild(el('p', e.mine ? '您本人办理' : '法院或者其他参与人办理', 'by'));
    function pair(k, v) { dl.appendChild(el('dt', label(k))); dl.appendChild(el('dd', words(v))); }
    e.opened.forEach(function (o) { pair(o.name, o.value); });
    Object.keys(e.body).sort().forEach(function (k) { pair(k, e.body[k]); });
    e.hidden.forEach(function (k) { pair(k, '（没有给您看的内容，或者已经依法删除；这里只有它的摘要）'); });
    if (dl.firstChild) { li.appendChild(dl); }
    return li;
  }

  // check returns what a test and the page both read.
  function check(now, old, key) {
    var r = verifyReceipt(now);
    key = key.replace(/\s/g, '').toUpperCase();
    if (key && key !== r.fingerprint.replace(/ /g, '')) { fail('签名用的公钥指纹和您填的不一样。这份文件不是这家法院签的，或者指纹抄错了'); }
    if (old) { extendsReceipt(old, now); }
    return r;
  }
  window.mashangCheck = check;

  function show(ok, title, text) {
    var a = id('answer'), v = id('verdict');
    a.hidden = false;
    v.className = ok ? 'good' : 'bad';
    id('title').textContent = title;
    id('why').textContent = text;
    id('more').hidden = !ok;
    a.scrollIntoView();
    id('title').focus();
  }
  function fill(r) {
    var list = id('entries');
    list.textContent = '';
    r.entries.forEach(function (e, i) { list.appendChild(entry(e, i)); });
    id('print').textContent = r.fingerprint;
    id('compared').textContent = id('key').value.trim() ? '和您填的一致。' : '请和“码上通”告知书上印的逐个字母比一比。不一样，就不是这家法院签的。';
    id('witness').textContent = r.witnesses.length ? '有见证：' + r.witnesses.join('、') + '。' : '这份文件上没有见证人的签名。';
    id('older').textContent = files.old ? '和您以前的那一份接得上：以前有的，现在一条没少，一个字没改。' : '单凭这一份，不能说明法院有没有给别人看另一本账。有以前导出的，请选上一起核对。';
  }
  id('form').addEventListener('submit', function (e) {
    e.preventDefault();
    if (!files.now) { show(false, '还没有选文件', '请先选要核对的记录文件。'); return; }
    try {
      var r = check(files.now, files.old, id('key').value);
      fill(r);
      show(true, '核对通过', '共 ' + r.entries.length + ' 条。这份文件里的每一条都没有改过，中间和末尾都没有少。');
    } catch (err) {
      show(false, '核对没有通过', (err.plain ? err.message : '文件读不出来') + '。请留好这份文件，向法院问清楚；也可以请别人用另一台机器再核对一次。');
    }
  });
}());
