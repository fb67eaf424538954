// Package account is 身份与账号: how people prove to the court who they are.
//
// 在线诉讼规则 7: every litigant registers with his real name, the court
// verifies him, and what is done with the account counts as his own. Data
// that others know (name, ID number) prove nothing here: a person becomes
// [auth.Matched] only by a code sent to the phone that the court holds for
// him, by a filing officer who looked at the paper ID, or by an identity
// platform. Court staff sign in with a password and a second factor.
//
// Reading order: rules.go, store.go, challenge.go (one-time codes),
// session.go, register.go (parties), staff.go, passkey.go, counter.go, http.go.
package account
