// Package region says in which county an address lies.
package region

import (
	"regexp"
	"strings"
)

// levels are the parts of an address that say in which county somebody lives.
var levels = []*regexp.Regexp{
	regexp.MustCompile(`^[^省市县区\d]{2,6}(?:省|自治区)`),
	regexp.MustCompile(`^[^市县区旗\d]{2,8}[市州盟]`),
	regexp.MustCompile(`^[^县区旗\d]{1,8}[县区旗]`),
}

// narrower are words of what is smaller than a county, though it may end like
// one: a street, a village, a quarter of houses. At the very beginning they may
// be a name: 路北区, 镇海区.
var narrower = regexp.MustCompile(`.(?:[街路巷弄村镇号院栋幢园社]|胡同|大道)|[小社园校厂院街活宅属]区$|[超门夜菜]市$`)

// Of is what a paper says of an address that is kept from the other side: a
// judgment has to name his domicile, and not his door. What may be less than a
// county is left out.
func Of(address string) (out string) {
	for _, level := range levels {
		part := level.FindString(address)
		rest := strings.TrimPrefix(address, part)
		if part != "" && (narrower.MatchString(part) || strings.HasSuffix(part, "州") && strings.IndexAny(rest, "街路") == 0) {
			break
		}
		out, address = out+part, rest
	}
	return out
}
