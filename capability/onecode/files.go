package onecode

import (
	"path"
	"strings"

	"mashang/platform/fault"
)

// kinds of attachment by ending. What is not named is refused: the type that
// a browser claims for a file is not believed.
var fileKinds = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".heic": "image/heic", ".webp": "image/webp",
	".pdf": "application/pdf", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".amr": "audio/amr", ".wav": "audio/wav",
	".mp4": "video/mp4", ".txt": "text/plain; charset=utf-8",
	".doc": "application/msword", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xls": "application/vnd.ms-excel", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// accept is the list for the browser's file dialog.
const accept = ".jpg,.jpeg,.png,.heic,.webp,.pdf,.mp3,.m4a,.amr,.wav,.mp4,.txt,.doc,.docx,.xls,.xlsx"

// acceptable returns the media type of a file that may be attached.
func acceptable(name string) (string, error) {
	if k, ok := fileKinds[strings.ToLower(path.Ext(name))]; ok && len(name) <= 200 {
		return k, nil
	}
	return "", fault.Field("files", "“"+short(name)+"”这种文件收不了。可以交照片、录音、PDF、Word 和 Excel。")
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
