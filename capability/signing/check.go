package signing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"mashang/docket"
	"mashang/docket/paper"
	"mashang/platform/clock"
	"mashang/platform/db"
	"mashang/platform/sign"
)

// finding is what anyone learns of a file that he holds.
type finding struct {
	State   string   `json:"state"` // ours, old, withdrawn, signed, changed, untrusted, unsigned, foreign
	Court   string   `json:"court,omitempty"`
	Title   string   `json:"title,omitempty"`
	Dated   string   `json:"dated,omitempty"`
	Pages   []int    `json:"pages,omitempty"`  // that were changed
	Says    []string `json:"says,omitempty"`   // what is wrong, in words
	Signers []signer `json:"signers,omitzero"` // in the order in which they signed
	Second  *second  `json:"second,omitempty"` // proof by SM2, kept beside the file
	Demo    bool     `json:"demo,omitempty"`
}

type signer struct {
	Name string    `json:"name"`
	Kind string    `json:"kind"`          // person, seal
	Time time.Time `json:"time,omitzero"` // proven
	Good bool      `json:"good"`
	Why  string    `json:"why,omitempty"` // not good
}

// Check says what a file is. It keeps nothing of it.
func (s *Service) check(ctx context.Context, pdf []byte) (finding, error) {
	trust, own, err := s.trust(ctx)
	if err != nil {
		return finding{}, err
	}
	r, err := sign.Verify(pdf, trust, s.k.Now())
	if errors.Is(err, sign.ErrForeign) {
		return finding{State: "foreign"}, nil
	}
	if err != nil {
		return finding{}, err
	}
	f := found(r)
	f.onlyOurSeals(r, own)
	sum := sha256.Sum256(pdf)
	if f.Second, err = s.secondOf(ctx, pdf, hex.EncodeToString(sum[:])); err != nil {
		return f, err
	}
	return f, s.k.Read(ctx, func(tx *db.Tx) error {
		p, ok, err := paper.ByDigest(tx, hex.EncodeToString(sum[:]))
		if err != nil || !ok {
			return err
		}
		if short, err := s.Short(tx, p.Original); err != nil || short {
			return err
		}
		ct, err := docket.CourtOf(tx, p.Court)
		if err != nil {
			return err
		}
		f.Court, f.Title, f.Dated, f.Demo = ct.Name, p.Title, p.Dated.Chinese(), p.Demo
		switch p.State {
		case paper.Superseded:
			f.State = "old"
		case paper.Withdrawn:
			f.State = "withdrawn"
		default:
			f.State = "ours"
		}
		return nil
	})
}

// found puts a report into words.
func found(r sign.Report) finding {
	f := finding{State: map[sign.Verdict]string{sign.Genuine: "signed", sign.Untrusted: "untrusted", sign.Unsigned: "unsigned", sign.Changed: "changed"}[r.Verdict], Pages: r.Pages}
	for _, x := range r.Signatures {
		if x.Stamp {
			continue
		}
		g := signer{Name: x.Name, Kind: "seal", Time: x.Time, Good: x.Trusted}
		if x.OneTime {
			g.Kind = "person"
		}
		if !x.Intact {
			g.Why = "签名以后文件变了"
		} else if len(x.Problems) > 0 {
			g.Why = problems[x.Problems[0]]
		}
		f.Signers = append(f.Signers, g)
	}
	seen := map[string]bool{}
	for _, o := range r.Objections {
		says := objections[o.What]
		if o.Page > 0 && (o.What == sign.PageChanged || o.What == sign.PageAdded || o.What == sign.PageRemoved || o.What == sign.AnnotationChanged) {
			says = "第 " + strconv.Itoa(o.Page) + " 页：" + says
		}
		if !seen[says] {
			seen[says] = true
			f.Says = append(f.Says, says)
		}
	}
	return f
}

// onlyOurSeals doubts what was signed under the root of seals by a key that is
// no seal of ours: whoever got hold of the authority of seals can put any name
// into a certificate, but not into the list of keys.
func (f *finding) onlyOurSeals(r sign.Report, own map[string]bool) {
	n := 0
	for _, x := range r.Signatures {
		if x.Stamp {
			continue
		}
		if g := &f.Signers[n]; g.Good && g.Kind == "seal" && !own[fingerprint(x.Certificate)] {
			g.Good, g.Why = false, "不是本院用过的印章，也不是哪个人的签名"
			if f.State == "signed" {
				f.State = "untrusted"
			}
		}
		n++
	}
}

// Words says what is wrong with a file, one sentence for each thing.
func Words(r sign.Report) []string { return found(r).Says }

var objections = map[sign.What]string{
	sign.PageChanged:       "看到的和签章时的不一样",
	sign.PageAdded:         "签章以后加进来的",
	sign.PageRemoved:       "签章时有，现在看不到了",
	sign.AnnotationChanged: "签章以后贴上或者去掉了东西",
	sign.FormChanged:       "签章以后改了签名栏",
	sign.CatalogChanged:    "签章以后改了整份文件的设置",
	sign.Unexplained:       "签章以后添了来历不明的内容",
	sign.Unreadable:        "文件后半截读不出来，也可能没有下载完整：请重新下载一次，再核对",
	sign.PaperForm:         "文件开头损坏，或者被改过",
	sign.BytesChanged:      "签章盖住的内容被改过",
	sign.SignatureBroken:   "签章本身损坏，或者被换过",
	sign.OtherPaper:        "这个签名是从别的文书上搬来的",
	sign.AfterSeal:         "盖章以后又有人签名，他画上去的不算",
	sign.StoreWrong:        "附带的证书资料不对",
}

var problems = map[sign.Problem]string{
	sign.NoPath:       "证书不是我们信任的机构发的",
	sign.Expired:      "签的时候证书已经过期",
	sign.Revoked:      "签的时候证书已经作废",
	sign.WrongUse:     "证书不是用来签文书的",
	sign.NoStamp:      "没有可靠的时间证明",
	sign.StampNoPath:  "时间证明不是我们信任的机构出的",
	sign.StampTooLate: "证明的时间比现在还晚",
	sign.SurplusCert:  "夹带了别的证书",
	sign.NameDiffers:  "显示的名字和证书上的不一样",
	sign.StoreNoPath:  "附带的资料没有可靠的来源",
}

// pagesIn writes 第 1、3 页.
func pagesIn(ps []int) string {
	var s []string
	for _, p := range ps {
		s = append(s, strconv.Itoa(p))
	}
	return "第 " + strings.Join(s, "、") + " 页"
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format("2006年1月2日15时04分")
}
