package pdf

import "strconv"

// columns is the number of label-value pairs of the widest row.
func (b Form) columns() int {
	n := 1
	for _, r := range b.Rows {
		n = max(n, len(r.Fields))
	}
	return n
}

func (b Form) html(p *page) {
	n := b.columns()
	p.open("table", "form")
	p.b.WriteString("<tbody>\n")
	for _, r := range b.Rows {
		p.b.WriteString("<tr>")
		if r.Section != "" {
			p.b.WriteString(`<th scope="colgroup" colspan="` + strconv.Itoa(2*n) + `">`)
			p.text(r.Section)
			p.b.WriteString("</th>")
		}
		for i, f := range r.Fields {
			if r.Section != "" {
				break // as on paper, a section has no fields
			}
			span := 1
			if i == len(r.Fields)-1 { // the last value takes what is left of the row
				span = 2*n - 2*len(r.Fields) + 1
			}
			p.field(f, span)
		}
		p.b.WriteString("</tr>\n")
	}
	p.b.WriteString("</tbody></table>\n")
}

// field writes a label and its value, span columns wide.
func (p *page) field(f Field, span int) {
	p.b.WriteString(`<th scope="row">`)
	p.text(f.Label)
	p.b.WriteString("</th><td")
	if span > 1 {
		p.b.WriteString(` colspan="` + strconv.Itoa(span) + `"`)
	}
	if f.Sign {
		p.b.WriteString(` class="sign"`)
	}
	p.b.WriteByte('>')
	for _, c := range f.Choices {
		p.open("span", "tick")
		p.text(c.text())
		p.b.WriteString("</span> ")
	}
	p.text(f.Text)
	if d := f.Date.blanks(); f.Sign && d != "" {
		p.open("span", "fill")
		p.text(d)
		p.b.WriteString("</span>")
	}
	p.b.WriteString("</td>")
}

func (b Grid) html(p *page) {
	p.open("table", "grid")
	p.b.WriteString("<thead><tr>")
	for _, h := range b.Head {
		p.b.WriteString(`<th scope="col">`)
		p.text(h)
		p.b.WriteString("</th>")
	}
	p.b.WriteString("</tr></thead><tbody>\n")
	for _, r := range b.Rows {
		p.b.WriteString("<tr>")
		for i := range b.Head {
			p.b.WriteString("<td>")
			if i < len(r) {
				p.text(r[i])
			}
			p.b.WriteString("</td>")
		}
		p.b.WriteString("</tr>\n")
	}
	p.b.WriteString("</tbody></table>\n")
}
