package mashang

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sort"
	"strings"

	"mashang/platform/app"
	"mashang/platform/clock"
	"mashang/platform/config"
)

// Map describes every service of the list: routes, tables, entries, jobs.
func Map(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "mashang-map-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	k, err := app.Open(ctx, config.Config{Data: dir, Origin: "http://localhost"}, clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	defer func() { _ = k.Close() }()
	c, err := Assemble(ctx, k)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# Map\n\nMade from the list of services by `mashang docs`; do not edit.\n")
	for _, s := range c.Services.List.All {
		fmt.Fprintf(&b, "\n## %s · %s\n\n", s.Name, s.Title)
		for _, r := range c.Router.Routes() {
			if strings.HasPrefix(pathOf(r.Pattern), "/"+s.Name) {
				fmt.Fprintf(&b, "- `%s` %s (%s/%s)\n", r.Pattern, r.Title, r.Object, r.Verb)
			}
		}
		for _, kind := range s.Kinds {
			fmt.Fprintf(&b, "- entry `%s` %s (%s)\n", kind.Name, kind.Title, kind.Audience)
		}
		var jobs []string
		for j := range s.Jobs {
			jobs = append(jobs, j)
		}
		sort.Strings(jobs)
		for _, j := range jobs {
			fmt.Fprintf(&b, "- job `%s`\n", j)
		}
		for _, h := range s.Hears {
			fmt.Fprintf(&b, "- hears `%s`\n", h.Fact)
		}
		if s.Schema != nil {
			names, _ := fs.Glob(s.Schema, "schema/*.sql")
			for _, n := range names {
				text, _ := fs.ReadFile(s.Schema, n)
				for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
					fmt.Fprintf(&b, "- table `%s`\n", m[1])
				}
			}
		}
	}
	return b.String(), nil
}

func pathOf(pattern string) string {
	_, p, _ := strings.Cut(pattern, " ")
	return p
}
