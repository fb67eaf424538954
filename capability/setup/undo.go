package setup

import (
	"context"
	"strings"
	"time"

	"mashang/docket"
	"mashang/platform/db"
	"mashang/platform/fault"
)

// undoCmd takes people back who were added by mistake, one or a whole list.
type undoCmd struct {
	Court string   `json:"court"`
	Posts []string `json:"posts"`
}

// undo takes back whom nobody needed to add: who has not accepted his
// invitation, and stands in no case. Of the others it says why they stay; they
// leave as everybody does, by their posts. It is one act with one entry.
func (s *Service) undo(ctx context.Context, c undoCmd) (out []line, err error) {
	if len(c.Posts) == 0 || len(c.Posts) > mostRows {
		return nil, fault.Field("posts", "请选要撤回谁。")
	}
	err = s.change(ctx, "staff", c.Court, "setup.unadded", func(tx *db.Tx, _ time.Time) (map[string]any, error) {
		var gone []string
		out = nil // of a try that lost a race
		for _, post := range c.Posts {
			l, err := s.undoOne(tx, c.Court, post)
			if err != nil {
				return nil, err
			}
			if out = append(out, l); l.OK {
				gone = append(gone, post)
			}
		}
		if len(gone) == 0 {
			return nil, fault.New(fault.Conflict, out[0].Says)
		}
		return map[string]any{"posts": strings.Join(gone, ","), "kept": len(out) - len(gone)}, nil
	})
	return out, err
}

func (s *Service) undoOne(tx *db.Tx, court, post string) (l line, err error) {
	p, err := postOf(tx, court, post)
	if err != nil {
		return l, err
	}
	who, err := docket.PersonOf(tx, p.Person)
	if err != nil {
		return l, err
	}
	l = line{Name: who.Name}
	switch {
	case p.Role.Administrator(): // one of the three does not remove another
		l.Says = "管理员不能撤回，由安全管理员在“职务”里办。"
		return l, nil
	case !p.Until.IsZero():
		l.Says = "他的职务已经定了结束的日子，不能撤回。"
		return l, nil
	}
	stands, err := docket.Stands(tx, p.Person, p.ID)
	switch {
	case err != nil:
		return l, err
	case stands:
		l.Says = "已经有案件分给他，或者他还有别的职务，不能撤回。请安全管理员在“职务”里办离任。"
		return l, nil
	}
	fresh, err := s.accounts.Uninvite(tx, p.Person)
	switch {
	case err != nil:
		return l, err
	case !fresh:
		l.Says = "他已经用过账号，不能撤回。请安全管理员在“职务”里办离任。"
		return l, nil
	}
	if err := docket.DropPost(tx, p.ID); err != nil {
		return l, err
	}
	party, err := docket.IsParty(tx, p.Person)
	known := false
	if err == nil && !party {
		known, err = s.accounts.Known(tx, p.Person)
	}
	if err == nil && !party && !known { // a wrong number must not keep its owner out
		err = docket.ForgetNumber(tx, p.Person)
	}
	l.OK, l.Says = true, "撤回了，邀请链接也作废了"
	return l, err
}
