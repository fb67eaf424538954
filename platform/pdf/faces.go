package pdf

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mashang/third_party/fonts"
)

// Role is what a typeface is used for.
type Role int

// The roles. A role is a chain of faces: a character the first one lacks is
// taken from the next.
const (
	Body  Role = iota // 仿宋, running text
	Title             // 小标宋, court name and paper name
	Plain             // 宋, page numbers and small print
	Sans              // 黑体, headings and captions
	roles
)

// Faces is a set of parsed fonts, loaded once and shared by every Render of
// the process. It is immutable and safe for concurrent use.
type Faces struct {
	chains [roles][]*face
}

// fileRoles says which file names of an operator's directory take which role.
// FandolFang is a free 仿宋 under its upstream name.
var fileRoles = []struct {
	prefix string
	role   Role
}{
	{"fangsong", Body}, {"fandolfang", Body}, {"xiaobiaosong", Title}, {"song", Plain}, {"heiti", Sans},
}

// LoadFaces parses the embedded faces and, if dir is not empty, the *.ttf
// files of dir, which take precedence. Names decide the role, capital letters
// do not matter: fangsong* or fandolfang* body, xiaobiaosong* title, song*
// plain, heiti* sans; extra* serves every role for rare characters of names.
// Several files of one role are tried in the order of their names.
//
// It returns an error if dir cannot be read, a file is not a TrueType font, or
// a .ttf file has a name of no role: a font that silently does nothing is
// found out only when a paper is wrong.
func LoadFaces(dir string) (*Faces, error) {
	serif, err := parseFace(fonts.Serif.Name, fonts.Serif.Data)
	if err != nil {
		return nil, err
	}
	bold, err := parseFace(fonts.SerifBold.Name, fonts.SerifBold.Data)
	if err != nil {
		return nil, err
	}
	sans, err := parseFace(fonts.Sans.Name, fonts.Sans.Data)
	if err != nil {
		return nil, err
	}
	own, extra, err := operatorFaces(dir)
	if err != nil {
		return nil, err
	}
	// Every chain ends with all faces, so that a character is missing in one
	// role only if it is missing in all: Missing need not know the role.
	rest := append(slices.Concat(own[:]...), boxFace())
	f := &Faces{}
	for r, last := range [roles][]*face{
		Body: {serif, sans}, Title: {bold, serif, sans}, Plain: {serif, sans}, Sans: {sans, serif},
	} {
		f.chains[r] = slices.Concat(own[r], last, extra, rest)
	}
	return f, nil
}

// operatorFaces reads dir; an empty name is an empty directory.
func operatorFaces(dir string) (own [roles][]*face, extra []*face, err error) {
	if dir == "" {
		return own, nil, nil
	}
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return own, nil, fmt.Errorf("pdf: font directory: %w", err)
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if e.IsDir() || !strings.HasSuffix(name, ".ttf") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return own, nil, fmt.Errorf("pdf: font directory: %w", err)
		}
		f, err := parseFace(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), data)
		if err != nil {
			return own, nil, err
		}
		role, isExtra, ok := roleOf(name)
		switch {
		case !ok:
			return own, nil, fmt.Errorf("pdf: font %s: its name starts with none of fangsong, fandolfang, xiaobiaosong, song, heiti, extra", e.Name())
		case isExtra:
			extra = append(extra, f)
		default:
			own[role] = append(own[role], f)
		}
	}
	return own, extra, nil
}

func roleOf(name string) (role Role, extra, ok bool) {
	if strings.HasPrefix(name, "extra") {
		return 0, true, true
	}
	for _, fr := range fileRoles {
		if strings.HasPrefix(name, fr.prefix) {
			return fr.role, false, true
		}
	}
	return 0, false, false
}

// find returns the face and glyph that draw r in role.
func (f *Faces) find(role Role, r rune) (*face, uint16, bool) {
	for _, fc := range f.chains[role] {
		if g, ok := fc.cmap[r]; ok {
			return fc, g, true
		}
	}
	return nil, 0, false
}

// Missing returns the characters of text that no face can draw, each once, in
// order. Forms call it when a name is entered, so that nobody learns of a
// missing character only when the paper is due. Line ends and tabs are layout,
// not characters.
func (f *Faces) Missing(text string) []rune {
	var out []rune
	for _, r := range text {
		if r == '\n' || r == '\r' || r == '\t' || slices.Contains(out, r) {
			continue
		}
		if _, _, ok := f.find(Body, r); !ok {
			out = append(out, r)
		}
	}
	return out
}

// MissingGlyphError says that a paper contains characters that no loaded face
// has. Nothing was drawn: a box or a blank in a person's name would make the
// paper wrong.
type MissingGlyphError struct {
	Chars []rune // each once, in order of appearance
}

// Error does not quote the characters: it ends in logs, and they are most often
// of somebody's name.
func (e *MissingGlyphError) Error() string {
	return fmt.Sprintf("pdf: %d characters of the paper are in no font; the desk and the case page name them. Put a TrueType font that has them into the font directory as extra*.ttf", len(e.Chars))
}
