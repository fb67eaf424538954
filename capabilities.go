package mashang

import (
	"context"
	"sync/atomic"

	"mashang/capability"
	"mashang/capability/account"
	"mashang/capability/board"
	"mashang/capability/casebook"
	"mashang/capability/clocks"
	"mashang/capability/complaint"
	"mashang/capability/connect"
	"mashang/capability/delivery"
	"mashang/capability/desk"
	"mashang/capability/hall"
	"mashang/capability/intake"
	"mashang/capability/news"
	"mashang/capability/onecode"
	"mashang/capability/outage"
	"mashang/capability/oversight"
	"mashang/capability/papers"
	"mashang/capability/post"
	"mashang/capability/setup"
	"mashang/capability/signing"
	"mashang/capability/sms"
	"mashang/capability/statistics"
	"mashang/docket"
	"mashang/platform/app"
	"mashang/platform/db"
	"mashang/platform/ledger/offline"
	"mashang/third_party/passwords"
)

// Services are the court's services, and the few that the program itself
// calls by name.
type Services struct {
	List       *capability.List
	Account    *account.Service
	Setup      *setup.Service
	Casebook   *casebook.Service
	Onecode    *onecode.Service
	Papers     *papers.Service
	Statistics *statistics.Service
	Oversight  *oversight.Service
	Complaint  *complaint.Service
	Intake     *intake.Service
	Connect    *connect.Service
	Outage     *outage.Service

	kit  *app.Kit
	name atomic.Pointer[string]
}

// newServices is THE LIST: every service, in the order a case meets them. A
// service is given what it asks for, and only by later lines.
func newServices(k *app.Kit) (*Services, error) {
	s := &Services{List: &capability.List{}, kit: k}
	var err error
	if s.Account, err = account.New(k, identityPlatform(k), passwords.Leaked); err != nil {
		return nil, err
	}
	s.Setup = setup.New(k, s.Account, func() { s.name.Store(nil) })
	s.Casebook = casebook.New(k, s.List, s.Account)
	s.Onecode = onecode.New(k, s.Account, s.Account)
	s.Oversight = oversight.New(k)
	s.Complaint = complaint.New(k, s.Account)
	s.Intake = intake.New(k, s.Casebook)
	held, err := outside(k)
	if err != nil {
		return nil, err
	}
	rounds := signing.New(k, held, s.Account)
	if s.Papers, err = papers.New(k, s.Onecode, rounds, onecode.ReplyDays); err != nil {
		return nil, err
	}
	serving := delivery.New(k, s.Papers, s.Account)
	s.Statistics = statistics.New(k)
	if s.Connect, err = connect.New(k, s.Intake); err != nil {
		return nil, err
	}
	if s.Outage, err = outage.New(k, s.Account, s.Papers); err != nil {
		return nil, err
	}
	s.List.All = []capability.Capability{
		hall.New(k, offline.Page, offline.CSP()).Capability(), // 大厅
		s.Account.Capability(),                                // 身份与账号
		s.Setup.Capability(),                                  // 首次设置与人员
		s.Casebook.Capability(),                               // 案件
		s.Intake.Capability(),                                 // 导入
		desk.New(k, s.List).Capability(),                      // 工作台
		news.New(k).Capability(),                              // 新动态
		clocks.New(k).Capability(),                            // 期限
		s.Outage.Capability(),                                 // 断线台账
		s.Onecode.Capability(),                                // 码上通
		s.Papers.Capability(),                                 // 文书
		rounds.Capability(),                                   // 签章
		serving.Capability(),                                  // 送达
		board.New(k, serving).Capability(),                    // 公告栏
		post.New(k, serving).Capability(),                     // 邮局的回音
		sms.New(k).Capability(),                               // 核对短信
		s.Statistics.Capability(),                             // 统计
		s.Complaint.Capability(),                              // 投诉举报
		s.Oversight.Capability(),                              // 三个规定
		s.Connect.Capability(),                                // 对接
	}
	return s, nil
}

// Title is the court that speaks when no particular one does: the highest of
// those served. Before setup it is just a people's court.
func (s *Services) Title(ctx context.Context) string {
	if n := s.name.Load(); n != nil {
		return *n
	}
	name := ""
	err := s.kit.Read(ctx, func(tx *db.Tx) error {
		cs, err := docket.Courts(tx)
		for _, c := range cs {
			if c.Level != "high" && name == "" {
				if name = c.Title; name == "" {
					name = c.Short
				}
			}
		}
		return err
	})
	if err != nil || name == "" {
		return "人民法院"
	}
	s.name.Store(&name)
	return name
}
