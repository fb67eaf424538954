package reach

import (
	"mime/multipart"
	"net/http"
	"strings"

	"mashang/docket"
	"mashang/docket/access"
	"mashang/law/identity"
	"mashang/law/service"
	"mashang/platform/auth"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/web"
	"mashang/ui"
)

// Most is how many bytes of scans one form takes.
const Most = 40 << 20

// Routes are the pages on which the court and a party say where he is reached.
func (s *Book) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /delivery/{case}/address/{party}", Title: "送达地址页", Verb: "address", Out: addresses{}, Do: s.getAddress},
		{Pattern: "POST /delivery/{case}/address/{party}", Title: "登记送达地址", Verb: "address", Upload: Most, Files: []string{"scan"}, In: addressCmd{}, Out: OK{}, Do: s.postAddress},
		{Pattern: "GET /delivery/{case}/confirm", Title: "确认自己的送达地址页", Verb: "confirm", Out: addresses{}, Do: s.getConfirm},
		{Pattern: "POST /delivery/{case}/confirm", Title: "确认自己的送达地址", Verb: "confirm", In: confirmCmd{}, Out: OK{}, Do: s.postConfirm},
	}
}

// OK answers a program that it is done.
type OK struct {
	Done bool `json:"done"`
}

// Accept is what a scanned return or a record of serving may be: who leaves a
// paper in place may film it (民诉法 89).
const Accept web.Kinds = ".pdf,.jpg,.jpeg,.png,.heic,.mp4"

// Files keeps what was handed in with a form, of somebody who may hand it in.
func (s *Book) Files(r *http.Request, verb string) ([]web.Attachment, error) {
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		_, err := access.May(tx, auth.From(r.Context()), verb, access.Of("service", r.PathValue("case")), tx.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []web.Attachment
	for _, h := range web.Files(r, "scan") {
		if h.Size == 0 {
			continue
		}
		kept, err := s.keepFile(r, h.Filename, h.Open)
		if err != nil {
			return nil, err
		}
		out = append(out, kept...)
	}
	return out, nil
}

// keepFile judges one file and keeps it.
func (s *Book) keepFile(r *http.Request, name string, open func() (multipart.File, error)) ([]web.Attachment, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	kind, body, err := Accept.Take("scan", name, f)
	if err != nil {
		return nil, err
	}
	digest, size, err := s.k.Blob.Put(r.Context(), body)
	return []web.Attachment{{Digest: digest, Size: size, Type: kind}}, err
}

// Done leads back to the case, or says what is wrong on the page of the form.
func Done(r *http.Request, err error, toast string, again func(e ui.Errs) (web.Page, error)) (web.Reply, error) {
	switch {
	case err == nil:
		return web.Reply{Goto: "/casebook/" + r.PathValue("case"), Toast: toast, JSON: OK{Done: true}}, nil
	case fault.KindOf(err) != fault.Invalid:
		return web.Reply{}, err
	}
	page, perr := again(fault.Fields(err))
	if perr != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: page}, err
}

// addresses is what is known of how to reach a party, with every version.
type addresses struct {
	Case      docket.Case  `json:"-"`
	Party     docket.Party `json:"-"`
	Addresses []Address    `json:"addresses"`
	Consents  []Consent    `json:"consents"`
	own       bool
	wechat    bool // the court has a bridge to WeChat
}

func (s *Book) addresses(r *http.Request, verb, partyID string) (v addresses, err error) {
	err = s.k.Read(r.Context(), func(tx *db.Tx) error {
		a, caseID, now := auth.From(r.Context()), r.PathValue("case"), tx.Now()
		g, err := access.May(tx, a, verb, access.Of("service", caseID), now)
		if err != nil {
			return err
		}
		v.wechat = s.k.Config.WeChat != ""
		if v.Case, v.own = g.Case, verb == "confirm"; v.own {
			me, _, err := access.PartyOf(tx, a.Person, caseID, now)
			if err != nil {
				return err
			}
			partyID = me.ID
		}
		if v.Party, err = docket.PartyOf(tx, partyID); err != nil {
			return err
		}
		if v.Party.Case != caseID {
			return fault.Missing()
		}
		if v.Addresses, err = s.Addresses(tx, partyID); err != nil {
			return err
		}
		k, err := s.Reach(tx, v.Party)
		if err != nil {
			return err
		}
		for _, kind := range []service.Way{service.SMS, service.InApp, service.WeChat} { // what is known without a row
			if x, ok := k.By[string(kind)]; ok && x.ID == "" {
				v.Addresses = append(v.Addresses, x)
			}
		}
		for i := range v.Addresses { // to himself too: a page may lie open
			v.Addresses[i].Value = Masked(v.Addresses[i])
		}
		v.Consents, err = s.Consents(tx, partyID)
		return err
	})
	return v, err
}

// Masked keeps a number from who only needs to know that it is there.
func Masked(a Address) string {
	switch name, at, ok := strings.Cut(a.Value, "@"); {
	case a.Kind == string(service.WeChat):
		return ""
	case a.Kind == string(service.SMS):
		return identity.MaskPhone(a.Value)
	case a.Kind == string(service.Email) && ok && name != "":
		return string([]rune(name)[:1]) + "***@" + at
	}
	return a.Value
}

func (s *Book) getAddress(r *http.Request) (web.Reply, error) {
	v, err := s.addresses(r, "address", r.PathValue("party"))
	return web.Reply{Page: addressPage(v, addressCmd{Standing: service.Confirmed, Ground: service.Stated, ShownBy: "送达地址确认书"}, nil), JSON: v}, err
}

func (s *Book) postAddress(r *http.Request) (web.Reply, error) {
	var c addressCmd
	err := web.Read(r, &c)
	var files []web.Attachment
	if err == nil {
		files, err = s.Files(r, "address")
	}
	if err == nil {
		err = s.confirmed(r.Context(), r.PathValue("case"), r.PathValue("party"), c, files)
	}
	return Done(r, err, "送达地址登记好了。", func(e ui.Errs) (web.Page, error) {
		v, err := s.addresses(r, "address", r.PathValue("party"))
		return addressPage(v, c, e), err
	})
}

func (s *Book) getConfirm(r *http.Request) (web.Reply, error) {
	v, err := s.addresses(r, "confirm", "")
	return web.Reply{Page: confirmPage(v, confirmCmd{}, nil), JSON: v}, err
}

func (s *Book) postConfirm(r *http.Request) (web.Reply, error) {
	var c confirmCmd
	err := web.Read(r, &c)
	if err == nil {
		err = s.confirm(r.Context(), r.PathValue("case"), c)
	}
	return Done(r, err, "记下了。以后要改，随时可以再来。", func(e ui.Errs) (web.Page, error) {
		v, err := s.addresses(r, "confirm", "")
		return confirmPage(v, c, e), err
	})
}
