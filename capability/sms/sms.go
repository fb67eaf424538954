package sms

import (
	"embed"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mashang/capability"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/fault"
	"mashang/platform/id"
	"mashang/platform/web"
)

//go:embed schema
var schema embed.FS

// Service does what the package doc says.
type Service struct{ k *app.Kit }

// New returns the service, which marks what leaves from now on.
func New(k *app.Kit) *Service {
	s := &Service{k}
	k.Notify.Mark = s.mark
	return s
}

// Capability returns the service's line for the list.
func (s *Service) Capability() capability.Capability {
	return capability.Capability{Service: app.Service{Name: "sms", Title: "核对短信", Schema: schema, Technical: []string{"sms_word"}, Routes: func(rt *web.Router) {
		rt.Handle(web.Route{Pattern: "GET /sms/check", Title: "核对短信是真是假", Object: web.Public, Verb: "see", PageOnly: true, Do: func(*http.Request) (web.Reply, error) {
			return web.Reply{Page: checkPage(nil, "", nil)}, nil
		}})
		rt.Handle(web.Route{Pattern: "POST /sms/check", Title: "核对短信是真是假", Object: web.Public, Verb: "check", Limit: "login", In: query{}, Out: finding{}, Do: s.postCheck})
	}}}
}

const (
	letters = 8
	keeps   = 183 * 24 * time.Hour
)

// alphabet is that of [id.Code].
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// word is drawn from the message's id: sent again, it bears the same.
func (s *Service) word(mid string) string {
	b, err := base64.RawURLEncoding.DecodeString(s.k.Vault.Find("sms.word", mid))
	if err != nil || len(b) < letters {
		return id.Code(letters)
	}
	b = b[:letters]
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}

// mark ends a message with its word.
func (s *Service) mark(tx *db.Tx, mid, target, text string) (string, error) {
	w := s.word(mid)
	if _, err := tx.Exec(`DELETE FROM sms_word WHERE at < ?`, tx.Now().Add(-keeps)); err != nil {
		return "", err
	}
	_, err := tx.Exec(`INSERT INTO sms_word (find, at, tail, about) VALUES (?, ?, ?, ?) ON CONFLICT (find) DO NOTHING`, s.k.Vault.Find("sms.check", w), tx.Now(), tail(target), about(text))
	return text + " 查这条短信真假：" + s.k.Config.Origin + "/sms/check 填 " + id.Spaced(w), err
}

// tail is what may be shown of a number.
func tail(number string) string {
	if len(number) < 2 {
		return ""
	}
	return number[len(number)-2:]
}

// kinds are what messages are about, by the words in which services say it;
// the first that fits.
var kinds = []struct{ word, about string }{
	{"送达", "送给您一份文书"}, {"一份文书", "送给您一份文书"}, {"顺延", "期限可以申请顺延，或者有了结果"}, {"答复", "您写给法院的话有答复"}, {"留言", "提醒法院的人办理留言"},
}

// about says what a message is about, without a word of the case.
func about(text string) string {
	for _, k := range kinds {
		if strings.Contains(text, k.word) {
			return k.about
		}
	}
	return "一件要您知道的事"
}

// ending is what follows the last Chinese character: whoever pastes a whole
// message asks about the word at its end.
func ending(typed string) string {
	typed = strings.TrimRight(typed, " 　。.\n\r\t")
	if i := strings.LastIndexFunc(typed, func(r rune) bool { return unicode.Is(unicode.Han, r) }); i >= 0 {
		_, n := utf8.DecodeRuneInString(typed[i:])
		return typed[i+n:]
	}
	return typed
}

// query is the word that somebody typed.
type query struct {
	Word string `json:"word"`
}

// finding is what anyone learns of a word.
type finding struct {
	Ours  bool   `json:"ours"`
	Day   string `json:"day,omitempty"`
	Tail  string `json:"tail,omitempty"`
	About string `json:"about,omitempty"`
}

func (s *Service) postCheck(r *http.Request) (web.Reply, error) {
	var q query
	if err := web.Read(r, &q); err != nil {
		return web.Reply{}, err
	}
	w := id.Fold(ending(q.Word))
	if len(w) != letters {
		err := fault.Field("word", "请把短信最后的 8 个字填在这里，是数字和英文字母；也可以把整条短信粘贴进来。")
		return web.Reply{Page: checkPage(nil, q.Word, fault.Fields(err))}, err
	}
	type row struct {
		At    time.Time `db:"at"`
		Tail  string    `db:"tail"`
		About string    `db:"about"`
	}
	var f finding
	err := s.k.Read(r.Context(), func(tx *db.Tx) error {
		x, found, err := db.Maybe[row](tx, `SELECT at, tail, about FROM sms_word WHERE find = ? AND at >= ?`, s.k.Vault.Find("sms.check", w), tx.Now().Add(-keeps))
		if found {
			f = finding{true, docket.Today(x.At).Chinese(), x.Tail, x.About}
		}
		return err
	})
	typed := q.Word // stays in its field when it isn't known: it may be a slip
	if f.Ours {
		typed = ""
	}
	return web.Reply{Page: checkPage(&f, typed, nil), JSON: f}, err
}
