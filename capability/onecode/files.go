package onecode

import "mashang/platform/web"

// accept is what may be attached.
const accept web.Kinds = ".jpg,.jpeg,.png,.heic,.webp,.pdf,.mp3,.m4a,.amr,.wav,.mp4,.txt,.doc,.docx,.xls,.xlsx"

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
