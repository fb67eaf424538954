package pdf

import (
	"bytes"
	"fmt"
	"path/filepath"
)

// Write makes the file that the ending of name asks for: .pdf, .html or .docx.
func Write(faces *Faces, d *Doc, name string) ([]byte, error) {
	switch filepath.Ext(name) {
	case ".pdf":
		b, _, err := Render(faces, d)
		return b, err
	case ".html":
		var b bytes.Buffer
		err := WriteHTML(&b, d)
		return b.Bytes(), err
	case ".docx":
		var b bytes.Buffer
		err := WriteDOCX(&b, d)
		return b.Bytes(), err
	}
	return nil, fmt.Errorf("pdf: no way to write %s", filepath.Ext(name))
}
