// The half of the page that checks papers: a file in, an answer out.
(function () {
  const id = x => document.getElementById(x);
  const files = { pdf: null, root: null };
  const built = JSON.parse(id('roots').textContent);
  if (built[0]) { id('root-hint').textContent = '这一页已经带着法院的根证书，不用再选；要用别的，可以选一个'; }

  const OBJECTIONS = {
    'page.changed': '看到的和签章时的不一样', 'page.added': '签章以后加进来的', 'page.removed': '签章时有，现在看不到了', annotation: '签章以后贴上或者去掉了东西',
    form: '签章以后改了签名栏', catalog: '签章以后改了整份文件的设置', structure: '签章以后添了来历不明的内容', unreadable: '文件后半截读不出来，也可能没有下载完整：请重新下载一次，再核对', 'paper.form': '文件开头损坏，或者被改过',
    'signature.bytes': '签章盖住的内容被改过', 'signature.form': '签章本身损坏，或者被换过', 'other.paper': '这个签名是从别的文书上搬来的', 'after.seal': '盖章以后又有人签名，他画上去的不算', 'dss.content': '附带的证书资料不对'
  };
  const PROBLEMS = {
    untrusted: '证书不是这个根证书下面的机构发的', expired: '签的时候证书已经过期', revoked: '签的时候证书已经作废', usage: '证书不是用来签文书的', 'stamp.missing': '没有可靠的时间证明',
    'stamp.untrusted': '时间证明不是这个根证书下面的机构出的', 'stamp.future': '证明的时间比现在还晚', surplus: '夹带了别的证书', name: '显示的名字和证书上的不一样', 'dss.untrusted': '附带的资料没有可靠的来源'
  };
  const ADDED = { signature: '加了一个签名', timestamp: '加了一个时间证明', dss: '加了核对签名用的证书资料', '': '加了来历不明的内容' };

  const when = ms => { const d = new Date(ms + 8 * 3600000); return d.getUTCFullYear() + '年' + (d.getUTCMonth() + 1) + '月' + d.getUTCDate() + '日' + d.getUTCHours() + '时' + String(d.getUTCMinutes()).padStart(2, '0') + '分'; };
  const pagesIn = list => '第 ' + list.join('、') + ' 页';

  // verdict says it in one sentence, and never more than is known.
  function verdict(r, trusting) {
    switch (r.verdict) {
      case 'genuine': return [true, '签章是真的，没有改过', '每一个字节都有来历，签的人和时间都能证明。现在还算不算数，请到法院网站用文书右上角的码再查一次。'];
      case 'changed': return [false, '被改过', r.pages.length ? pagesIn(r.pages) + '和签章的时候不一样。不要照着它办，真的在法院网站您的案件页上，也可以打 12368。' : '文件和签章的时候不一样。不要照着它办，真的在法院网站您的案件页上，也可以打 12368。'];
      case 'untrusted': return [false, '没有改过，但不能证明是谁签的', trusting ? '签的人或者时间，用这个根证书证明不了。' : '没有给出根证书。请从法院网站下载 root.pem 放进来，或者到法院网站核对。'];
      case 'unsigned': return [false, '没有人签过', '样子像法院的文书，但是没有签章，任何人都做得出来。'];
      case 'foreign': return [false, '不是法院系统做出来的文件', '也可能是真文书打印以后再扫描的。请扫右上角的码，或者打 12368。'];
      default: return [false, '不能断定', '这个浏览器或者这一页核对不了这份文件。请到法院网站核对，或者打 12368。'];
    }
  }

  const fill = (list, lines) => { list.textContent = ''; lines.forEach(s => { const li = document.createElement('li'); li.textContent = s; list.appendChild(li); }); };

  function show(r, trusting) {
    const [good, title, why] = verdict(r, trusting);
    id('paper-answer').hidden = false;
    id('paper-verdict').className = 'verdict ' + (good ? 'good' : 'bad');
    id('paper-title').textContent = title;
    id('paper-why').textContent = why;
    fill(id('paper-says'), [...new Set(r.objections.map(o => (o.page ? pagesIn([o.page]) + '：' : '') + OBJECTIONS[o.what]).concat(r.problems.map(p => PROBLEMS[p])))]);
    fill(id('paper-signers'), r.signatures.filter(s => !s.stamp).map(s => s.name + (s.time ? '，' + when(s.time) : '') + '：' + (s.trusted ? (r.verdict === 'changed' ? '签的那部分没有变' : '有效') : !s.intact ? '签名以后文件变了' : PROBLEMS[s.problems[0]])));
    fill(id('paper-course'), r.revisions.map((v, i) => i ? ADDED[v.added] + '（第 ' + (v.start + 1) + ' 到 ' + v.end + ' 个字节）' : '法院做好文书'));
    id('paper-more').hidden = r.verdict === 'foreign' || r.verdict === 'unknown';
    id('paper-answer').scrollIntoView();
    id('paper-title').focus();
  }

  ['pdf', 'root'].forEach(which => {
    const read = async (file, dropped) => {
      if (!file) { return; }
      files[which] = new Uint8Array(await file.arrayBuffer());
      id(which + '-name').textContent = file.name;
      id(which + '-name').className = dropped ? 'name' : 'name quiet'; // the field itself shows a chosen file
      id('paper-answer').hidden = true;
    };
    id(which).addEventListener('change', e => read(e.target.files[0]));
    id(which + '-box').addEventListener('dragover', e => e.preventDefault());
    id(which + '-box').addEventListener('drop', e => { e.preventDefault(); read(e.dataTransfer.files[0], true); });
  });
  id('paper').addEventListener('submit', async e => {
    e.preventDefault();
    if (!files.pdf) {
      show({ verdict: 'unknown', objections: [], problems: [], signatures: [], revisions: [], pages: [] });
      id('paper-title').textContent = '还没有选文件';
      id('paper-why').textContent = '请先选要核对的 PDF 文书。';
      return;
    }
    const own = built.map(pem => new TextEncoder().encode(pem));
    const [roots, people] = files.root ? [files.root, own[1]] : own;
    show(await window.mashangPaper(files.pdf, roots, people, Date.now()), roots.length > 0);
  });
}());
