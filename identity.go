package mashang

import (
	"context"

	"mashang/capability/account"
	"mashang/capability/signing"
	"mashang/platform/app"
	"mashang/platform/config"
	"mashang/platform/db"
	"mashang/platform/notify"
	"mashang/platform/persons"
	"mashang/platform/seals"
	"mashang/platform/sm"
)

// identityPlatform is what stands behind account's port: in the demo a sandbox
// that matches whoever asks with the ticket it gave out, otherwise none until
// an adapter for the operator's platform is returned here. Without one people
// prove themselves with a case code or at the counter.
func identityPlatform(k *app.Kit) account.Identity {
	if k.Config.Demo {
		return sandbox{}
	}
	return nil
}

// sandbox stands for an identity platform in the demo.
type sandbox struct{}

// Match says yes to fictional numbers only.
func (sandbox) Match(_ context.Context, _, _, number, ticket string) (bool, error) {
	return ticket == "sandbox" && len(number) > 2 && number[:2] == "99", nil
}

// authorityOfPersons is what stands behind signing's port: the authority that
// was set, in the demo otherwise one for tests in this process, whose keys never
// touch the disk; none elsewhere, and then people sign on paper.
func authorityOfPersons(k *app.Kit) (signing.Persons, error) {
	if k.Config.Authority != "" {
		return persons.NewRemote(k.Config.Authority, k.Config.AuthorityKey)
	}
	if !k.Config.Demo {
		return nil, nil
	}
	return persons.NewTest(k.Clock, func(ctx context.Context, phone, text string) error {
		return k.Note(app.Alone(ctx), func(tx *db.Tx) error { return k.Notify.SendCode(tx, notify.SMS, phone, text) })
	})
}

// outside is what signing gets from elsewhere: who certifies people, who holds
// the keys of seals, and who says what time it is.
func outside(k *app.Kit) (o signing.Outside, err error) {
	c := k.Config
	if o.Persons, err = authorityOfPersons(k); err != nil {
		return o, err
	}
	if c.Seals != "" && c.Seals != config.Test {
		if o.Seals, err = seals.NewRemote(c.Seals, c.SealsKey, k.Clock); err != nil {
			return o, err
		}
		if o.SealRoots, err = seals.ReadRoots(c.SealsRoots); err != nil {
			return o, err
		}
		if c.SMRoots != "" {
			if o.SMRoots, err = sm.ReadRoots(c.SMRoots); err != nil {
				return o, err
			}
		}
	}
	if c.Stamps != "" && c.Stamps != config.Test {
		if o.StampRoots, err = seals.ReadRoots(c.StampsRoots); err != nil {
			return o, err
		}
		o.Stamps = seals.NewStamps(c.Stamps, o.StampRoots, k.Clock)
	}
	return o, nil
}
