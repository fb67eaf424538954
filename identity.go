package mashang

import (
	"context"

	"mashang/capability/account"
	"mashang/capability/signing"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/notify"
	"mashang/platform/persons"
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
