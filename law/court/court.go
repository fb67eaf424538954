// Package court is the table of courts that this program was made for: the
// codes of case numbers, and names as on the seals. The names are public; the
// codes follow the administrative divisions (GB/T 2260) and are to be checked
// by whoever sets the program up.
package court

// Levels.
const (
	High         = "high"
	Intermediate = "intermediate"
	Basic        = "basic"
)

// Court is one court.
type Court struct {
	Code   string // in case numbers: 冀1126
	Name   string // as on the seal
	Short  string // as people say
	Level  string
	Parent string
}

// Courts are the courts of Hengshui and the one above them, which is a
// destination only.
var Courts = []Court{
	{"冀", "河北省高级人民法院", "河北省高级人民法院", High, ""},
	{"冀11", "河北省衡水市中级人民法院", "衡水市中级人民法院", Intermediate, "冀"},
	{"冀1102", "河北省衡水市桃城区人民法院", "桃城区人民法院", Basic, "冀11"},
	{"冀1103", "河北省衡水市冀州区人民法院", "冀州区人民法院", Basic, "冀11"},
	{"冀1121", "河北省枣强县人民法院", "枣强县人民法院", Basic, "冀11"},
	{"冀1122", "河北省武邑县人民法院", "武邑县人民法院", Basic, "冀11"},
	{"冀1123", "河北省武强县人民法院", "武强县人民法院", Basic, "冀11"},
	{"冀1124", "河北省饶阳县人民法院", "饶阳县人民法院", Basic, "冀11"},
	{"冀1125", "河北省安平县人民法院", "安平县人民法院", Basic, "冀11"},
	{"冀1126", "河北省故城县人民法院", "故城县人民法院", Basic, "冀11"},
	{"冀1127", "河北省景县人民法院", "景县人民法院", Basic, "冀11"},
	{"冀1128", "河北省阜城县人民法院", "阜城县人民法院", Basic, "冀11"},
	{"冀1182", "河北省深州市人民法院", "深州市人民法院", Basic, "冀11"},
}

// Tribunals are people's tribunals by the code of their court. A tribunal is
// part of its court and has no code (人民法院组织法 26).
var Tribunals = map[string][]string{
	"冀1182": {"东安庄人民法庭"},
	"冀1125": {"大何庄人民法庭", "马店人民法庭", "中心人民法庭"},
}

// ByCode returns a court.
func ByCode(code string) (Court, bool) {
	for _, c := range Courts {
		if c.Code == code {
			return c, true
		}
	}
	return Court{}, false
}
