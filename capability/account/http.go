package account

import (
	"context"
	"net/http"
	"strings"

	"mashang/capability"
	"mashang/capability/account/swap"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/jobs"
	"mashang/platform/ledger"
	"mashang/platform/web"
	"mashang/ui"
)

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{
		Name: "account", Title: "身份与账号", Schema: schema,
		Routes: s.routes,
		Kinds: append([]ledger.Kind{
			{Name: "account.signed_in", Title: "登录", Audience: ledger.Court},
			{Name: "account.proved", Title: "再次确认本人", Audience: ledger.Court},
			{Name: "account.matched", Title: "核实身份", Audience: ledger.Court},
			{Name: "account.checked", Title: "窗口核实身份", Audience: ledger.Court},
			{Name: "account.merged", Title: "合并账号", Audience: ledger.Court},
			{Name: "account.passkey", Title: "添加通行密钥", Audience: ledger.Court},
			{Name: "account.passkey_removed", Title: "去掉通行密钥", Audience: ledger.Court},
			{Name: "account.password", Title: "换密码", Audience: ledger.Court},
			{Name: "account.way", Title: "打开手机或微信消息", Audience: ledger.Court},
			{Name: "account.way_ended", Title: "关掉手机或微信消息", Audience: ledger.Court},
			{Name: "account.locked", Title: "锁定或解锁账号", Audience: ledger.Court},
		}, swap.Kinds...),
		Jobs:      map[string]jobs.Handler{"account.send_code": s.sendCodeJob, "account.sweep": s.sweep},
		Technical: []string{"account_session", "account_challenge", "account_ceremony", "account_failure", "account_way", "account_swap"},
		Start:     s.start,
	}, Tasks: s.swap.Tasks}
}

func (s *Service) routes(rt *web.Router) {
	s.rt = rt
	for _, r := range append(s.swap.Routes(), []web.Route{
		{Pattern: "GET /account/login", Title: "登录页", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getLogin},
		{Pattern: "POST /account/login", Title: "发登录验证码", Object: web.Public, Verb: "login", Limit: "login", In: loginCmd{}, Out: started{}, Do: s.postLogin},
		{Pattern: "GET /account/code/{challenge}", Title: "填验证码", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getCode},
		{Pattern: "POST /account/code/{challenge}", Title: "交验证码", Object: web.Public, Verb: "login", Limit: "login", In: codeCmd{}, Out: entered{}, Do: s.postCode},
		{Pattern: "POST /account/choose", Title: "选是哪一位", Object: web.Public, Verb: "login", Limit: "login", In: chooseCmd{}, Out: entered{}, Do: s.postChoose},
		{Pattern: "GET /account/register", Title: "注册页", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getRegister},
		{Pattern: "POST /account/register", Title: "实名注册", Object: web.Public, Verb: "login", Limit: "login", In: claim{}, Out: started{}, Do: s.postRegister},
		{Pattern: "GET /account/staff", Title: "工作人员登录页", Object: web.Public, Verb: "see", PageOnly: true, Do: s.getStaff},
		{Pattern: "POST /account/staff", Title: "工作人员登录", Object: web.Public, Verb: "login", Limit: "login", In: staffLogin{}, Out: entered{}, Do: s.postStaff},
		{Pattern: "GET /account/invite/{word}", Title: "接受邀请", Object: web.Public, Verb: "see", PageOnly: true, Limit: "code", Do: s.getInvite},
		{Pattern: "POST /account/invite/{word}", Title: "设密码和动态码", Object: web.Public, Verb: "login", Limit: "login", In: accept{}, Out: entered{}, Do: s.postInvite},
		{Pattern: "GET /account", Title: "我的账号", Object: "account", Verb: "use", Out: mine{}, Do: s.getAccount},
		{Pattern: "POST /account/match", Title: "由身份核验平台核实", Object: "account", Verb: "use", Limit: "login", In: matchCmd{}, Do: s.postMatch},
		{Pattern: "POST /account/leave", Title: "退出登录", Object: "account", Verb: "use", In: leaveCmd{}, Do: s.postLeave},
		{Pattern: "POST /account/way/push", Title: "让这个浏览器收消息", Object: "account", Verb: "use", Limit: "write", In: pushCmd{}, Out: done{}, Do: s.postPush},
		{Pattern: "POST /account/way/wechat", Title: "用微信收消息", Object: "account", Verb: "use", Limit: "write", Out: offered{}, Do: s.postWeChat},
		{Pattern: "POST /account/way/bound", Title: "微信网关告知是谁的微信", Object: web.Public, Verb: "bind", Limit: "code", In: boundCmd{}, Out: done{}, Do: s.postBound},
		{Pattern: "POST /account/way/end", Title: "不再收消息", Object: "account", Verb: "use", Limit: "write", In: wayCmd{}, Out: done{}, Do: s.postWayEnd},
		{Pattern: "GET /account/prove", Title: "再次确认本人", Object: "account", Verb: "use", PageOnly: true, Do: s.getProve},
		{Pattern: "POST /account/prove", Title: "再次确认本人", Object: "account", Verb: "use", Limit: "login", In: proveCmd{}, Out: proved{}, Do: s.postProve},
		{Pattern: "GET /account/counter", Title: "窗口核实身份", Object: "person", Verb: "check", PageOnly: true, Do: s.getCounter},
		{Pattern: "POST /account/counter", Title: "窗口核实身份", Object: "person", Verb: "check", Limit: "write", In: counterCheck{}, Do: s.postCounter},
		{Pattern: "POST /account/merge", Title: "合并两个账号", Object: "person", Verb: "merge", Limit: "write", In: mergeCmd{}, Do: s.postMerge},
		{Pattern: "GET /account/merge", Title: "合并账号", Object: "person", Verb: "merge", PageOnly: true, Do: s.getMerge},
		{Pattern: "POST /account/find", Title: "找同一个人的账号", Object: "person", Verb: "merge", Limit: "write", In: findCmd{}, Out: []twin{}, Do: s.postFind},
		{Pattern: "GET /account/locks", Title: "锁定", Object: "court", Verb: "lock", Out: []lockLine{}, Do: s.getLocks},
		{Pattern: "POST /account/lock", Title: "锁定或打开账号", Object: "court", Verb: "lock", Limit: "write", In: lockCmd{}, Do: s.postLock},
		{Pattern: "GET /account/password", Title: "换密码", Object: "desk", Verb: "read", PageOnly: true, Do: s.getPassword},
		{Pattern: "POST /account/password", Title: "换密码", Object: "desk", Verb: "read", Limit: "login", In: passwordCmd{}, Do: s.postPassword},
		{Pattern: "POST /account/passkey/remove", Title: "去掉通行密钥", Object: "account", Verb: "use", Limit: "write", In: removeCmd{}, Do: s.postRemove},
		{Pattern: "POST /account/passkey/prove", Title: "用通行密钥再次确认本人", Object: "account", Verb: "use", Limit: "login", In: finishCmd{}, Out: entered{}, Do: s.passkeyProve},
		{Pattern: "POST /account/passkey/begin", Title: "开始添加通行密钥", Object: "account", Verb: "use", Limit: "login", Out: ceremony{}, Do: s.passkeyBegin},
		{Pattern: "POST /account/passkey/finish", Title: "添加通行密钥", Object: "account", Verb: "use", Limit: "login", In: finishCmd{}, Do: s.passkeyFinish},
		{Pattern: "POST /account/passkey/login", Title: "用通行密钥登录", Object: web.Public, Verb: "login", Limit: "login", Out: ceremony{}, Do: s.passkeyLogin},
		{Pattern: "POST /account/passkey/enter", Title: "用通行密钥登录", Object: web.Public, Verb: "login", Limit: "login", In: finishCmd{}, Out: entered{}, Do: s.passkeyEnter},
	}...) {
		rt.Handle(r)
	}
}

type (
	loginCmd struct {
		Phone string `json:"phone"`
		Next  string `json:"next"`
	}
	started struct {
		Challenge string `json:"challenge"`
	}
	codeCmd struct {
		Code string `json:"code"`
	}
	entered struct {
		Token  string   `json:"token,omitempty"`
		Goto   string   `json:"goto"`
		Choose []string `json:"choose,omitempty"`
		Ticket string   `json:"ticket,omitempty"`
	}
	chooseCmd struct {
		Ticket  string `json:"ticket"`
		Account string `json:"account"`
	}
	matchCmd struct {
		Ticket string `json:"ticket"`
	}
	leaveCmd struct {
		Session string `json:"session"` // empty: this one; "others"; or an id
	}
	proveCmd struct {
		Code string `json:"code"` // of a member of staff
		Next string `json:"next"`
	}
	proved struct {
		Proved    bool   `json:"proved"`
		Token     string `json:"token,omitempty"`     // of the same session from now on
		Challenge string `json:"challenge,omitempty"` // a party answers it with the code that was sent
	}
	mergeCmd struct {
		Court string `json:"court"`
		From  string `json:"from"`
		To    string `json:"to"`
		Seen  bool   `json:"seen"` // the paper ID
	}
	mine struct {
		Account  Account   `json:"account"`
		Phone    string    `json:"phone"` // masked
		Number   string    `json:"number"`
		Sessions []Session `json:"sessions"`
		Keys     []passkey `json:"passkeys"`
		Ways     []way     `json:"ways"`

		Swap *swap.Request `json:"swap,omitempty"` // another phone would take the place of his
	}
)

// device is what a session is recognised by in the list: words, not a fingerprint.
func device(r *http.Request) string {
	ua := r.UserAgent()
	for _, d := range []struct{ has, name string }{
		{"MicroMessenger", "微信"}, {"iPhone", "苹果手机"}, {"iPad", "苹果平板"}, {"Android", "安卓手机"},
		{"Windows", "Windows 电脑"}, {"Macintosh", "苹果电脑"}, {"Linux", "Linux 电脑"},
	} {
		if strings.Contains(ua, d.has) {
			return d.name
		}
	}
	return "其他设备"
}

func (s *Service) getLogin(r *http.Request) (web.Reply, error) {
	return web.Reply{Page: loginPage(loginCmd{Next: r.URL.Query().Get("next")}, nil, s.k.Config.Demo)}, nil
}

func (s *Service) postLogin(r *http.Request) (web.Reply, error) {
	var c loginCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	id, err := s.login(r.Context(), c.Phone, web.Next(c.Next, "/casebook"))
	if err != nil {
		return web.Reply{Page: loginPage(c, fault.Fields(err), s.k.Config.Demo)}, err
	}
	return web.Reply{Goto: "/account/code/" + id, JSON: started{id}}, nil
}

func (s *Service) getCode(r *http.Request) (web.Reply, error) {
	return web.Reply{Page: codePage(r.PathValue("challenge"), nil, s.k.Config.Demo)}, nil
}

func (s *Service) postCode(r *http.Request) (web.Reply, error) {
	var c codeCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	challenge := r.PathValue("challenge")
	e, err := s.confirm(r.Context(), challenge, strings.TrimSpace(c.Code), device(r))
	if err != nil {
		return web.Reply{Page: codePage(challenge, fault.Fields(err), s.k.Config.Demo)}, err
	}
	return s.entered(r.Context(), e), nil
}

func (s *Service) entered(_ context.Context, e entry) web.Reply {
	if len(e.Choose) > 0 {
		var names []string
		for _, a := range e.Choose {
			names = append(names, a.ID)
		}
		return web.Reply{Page: choosePage(e), JSON: entered{Goto: e.Next, Choose: names, Ticket: e.Ticket}}
	}
	next := web.Next(e.Next, "/casebook")
	return web.Reply{SignIn: e.Token, Goto: next, JSON: entered{Token: e.Token, Goto: next}}
}

func (s *Service) postChoose(r *http.Request) (web.Reply, error) {
	var c chooseCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	token, err := s.choose(r.Context(), c.Ticket, c.Account, device(r))
	if err != nil {
		return web.Reply{}, err
	}
	return s.entered(r.Context(), entry{Token: token}), nil
}

func (s *Service) getRegister(*http.Request) (web.Reply, error) {
	return web.Reply{Page: registerPage(claim{IDType: "resident"}, nil)}, nil
}

func (s *Service) postRegister(r *http.Request) (web.Reply, error) {
	var c claim
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	id, err := s.register(r.Context(), c)
	if err != nil {
		return web.Reply{Page: registerPage(c, fault.Fields(err))}, err
	}
	return web.Reply{Goto: "/account/code/" + id, JSON: started{id}}, nil
}

func (s *Service) getStaff(r *http.Request) (web.Reply, error) {
	return web.Reply{Page: staffPage(staffLogin{Next: r.URL.Query().Get("next")}, nil)}, nil
}

func (s *Service) postStaff(r *http.Request) (web.Reply, error) {
	var c staffLogin
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	token, err := s.staffLogin(r.Context(), c, device(r))
	if err != nil {
		return web.Reply{Page: staffPage(c, fault.Fields(err))}, err
	}
	return s.entered(r.Context(), entry{Token: token, Next: web.Next(c.Next, "/desk")}), nil
}

func (s *Service) getInvite(r *http.Request) (web.Reply, error) {
	return s.invitePage(r, accept{}, nil)
}

func (s *Service) invitePage(r *http.Request, c accept, e ui.Errs) (web.Reply, error) {
	var a Account
	var i invite
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) { a, i, err = s.invited(tx, r.PathValue("word")); return err })
	if err != nil {
		return web.Reply{}, err
	}
	if c.Login == "" {
		c.Login = a.Login
	}
	url := ""
	if len(c.Secret) != secretLen { // a first look, or a mangled form
		if c.Secret, url, err = newTOTP(a.Login); err != nil {
			return web.Reply{}, err
		}
	} else {
		url = totpURL(a.Login, c.Secret)
	}
	page, err := invitePage(a, c, url, r.URL.Path, i.Proof != "", e)
	return web.Reply{Page: page}, err
}

func (s *Service) postInvite(r *http.Request) (web.Reply, error) {
	var c accept
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	token, err := s.accept(r.Context(), r.PathValue("word"), c, device(r))
	if err != nil {
		rep, perr := s.invitePage(r, c, fault.Fields(err))
		if perr != nil {
			return web.Reply{}, perr
		}
		return rep, err
	}
	return s.entered(r.Context(), entry{Token: token, Next: "/desk"}), nil
}

func (s *Service) getAccount(r *http.Request) (web.Reply, error) {
	a := auth.From(r.Context())
	var m mine
	err := s.k.Read(r.Context(), func(tx *db.Tx) (err error) {
		if m.Account, err = accountOf(tx, a.Account); err != nil {
			return err
		}
		if m.Sessions, err = sessionsOf(tx, a.Account, tx.Now()); err != nil {
			return err
		}
		if m.Keys, err = passkeysOf(tx, a.Account); err != nil {
			return err
		}
		if m.Ways, err = waysOf(tx, a.Account); err != nil {
			return err
		}
		m.Swap, err = s.swap.Of(tx, a.Account)
		return err
	})
	if err != nil {
		return web.Reply{}, err
	}
	if err := s.masked(&m); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: accountPage(m, a, s.k.Now(), s.identity != nil, s.k.PushKey, s.k.Config.WeChat != ""), JSON: m}, nil
}

func (s *Service) postMatch(r *http.Request) (web.Reply, error) {
	var c matchCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if err := s.matchByPlatform(r.Context(), c.Ticket); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/casebook", Toast: "身份核实好了。", JSON: map[string]bool{"matched": true}}, nil
}

func (s *Service) postLeave(r *http.Request) (web.Reply, error) {
	var c leaveCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	a := auth.From(r.Context())
	if c.Session == "" || c.Session == a.Session {
		if err := s.leave(r.Context(), a.Session); err != nil {
			return web.Reply{}, err
		}
		return web.Reply{SignOut: true, Goto: "/", Toast: "已经退出。", JSON: map[string]bool{"left": true}}, nil
	}
	if err := s.leave(r.Context(), c.Session); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/account", Toast: "已经让那边退出。", JSON: map[string]bool{"left": true}}, nil
}

func (s *Service) getProve(r *http.Request) (web.Reply, error) {
	a, next := auth.From(r.Context()), r.URL.Query().Get("next")
	if a.Staff {
		return web.Reply{Page: provePage(next, nil)}, nil
	}
	return web.Reply{Page: provePartyPage(next)}, nil
}

func (s *Service) postProve(r *http.Request) (web.Reply, error) {
	var c proveCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if !auth.From(r.Context()).Staff {
		id, err := s.stepUp(r.Context(), web.Next(c.Next, "/casebook"))
		return web.Reply{Goto: "/account/code/" + id, JSON: proved{Challenge: id}}, err
	}
	token, err := s.proveStaff(r.Context(), c.Code)
	if err != nil {
		return web.Reply{Page: provePage(c.Next, fault.Fields(err))}, err
	}
	return web.Reply{SignIn: token, Goto: web.Next(c.Next, "/desk"), JSON: proved{Proved: true, Token: token}}, nil
}

func (s *Service) getCounter(r *http.Request) (web.Reply, error) {
	court, err := s.courtOf(r.Context())
	return web.Reply{Page: counterPage(counterCheck{Court: court, IDType: "resident"}, nil)}, err
}

func (s *Service) postCounter(r *http.Request) (web.Reply, error) {
	var c counterCheck
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	waits, err := s.check(r.Context(), c)
	if err != nil {
		return web.Reply{Page: counterPage(c, fault.Fields(err))}, err
	}
	if waits {
		return web.Reply{Goto: "/account/counter", Toast: "他原来有别的手机。请窗口的另一位同事也看一遍证件，在工作台上核实，新手机才能用。", JSON: map[string]bool{"checked": false}}, nil
	}
	return web.Reply{Goto: "/account/counter", Toast: "核实好了。他现在可以用这个手机号登录。", JSON: map[string]bool{"checked": true}}, nil
}

func (s *Service) postMerge(r *http.Request) (web.Reply, error) {
	var c mergeCmd
	if err := web.Read(r, &c); err != nil {
		return web.Reply{}, err
	}
	if !c.Seen {
		return web.Reply{}, fault.Law(fault.Invalid, "请先当面看过证件原件，再勾选确认。", "人民法院在线诉讼规则第七条")
	}
	if err := s.merge(r.Context(), c.Court, c.From, c.To); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Goto: "/account/merge", Toast: "两个账号已经并成一个。", JSON: map[string]bool{"merged": true}}, nil
}

// courtOf is the court of the actor's post.
func (s *Service) courtOf(ctx context.Context) (court string, err error) {
	err = s.k.Read(ctx, func(tx *db.Tx) error {
		posts, err := docket.Posts(tx, auth.From(ctx).Person, tx.Now())
		if err == nil && len(posts) == 0 {
			err = fault.Missing()
		}
		if err == nil {
			court = posts[0].Court
		}
		return err
	})
	return court, err
}
