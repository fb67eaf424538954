# make demo   build, make a fictional year of twelve courts, serve it on http://localhost:8080
# make test   install what the tests need, then run them all
# make bench  side-by-side measurements; fails when a gate of speed is missed
GO ?= go
export CGO_ENABLED ?= 0
# The race detector needs cgo; everything else is built without.
PKGS = ./...

.PHONY: build mashang-seals demo test deps long race bench generate check release

build:
	$(GO) build -trimpath -ldflags="-s -w" -o mashang ./cmd/mashang

# What stands in front of a token (PKCS #11); linked dynamically, unlike the court.
mashang-seals:
	$(GO) build -trimpath -ldflags="-s -w" -o mashang-seals ./cmd/seals

demo: build
	rm -rf demo-data
	./mashang demo -data demo-data -listen localhost:8080

deps:
	sh scripts/deps.sh

test: deps check
	$(GO) test -timeout 40m $(PKGS)
	cd bench && $(GO) test ./...

# What go test does not say: formatting, vet, generated files up to date.
check:
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"
	$(GO) vet -tags long $(PKGS)

# A hundred kills, and a disk that fails in every way (root and /dev/fuse).
long: deps
	MASHANG_LONG=1 $(GO) test -tags long -timeout 80m $(PKGS)

race: deps
	CGO_ENABLED=1 $(GO) test -race -timeout 40m ./platform/... ./docket/... ./law/...

bench: deps
	cd bench && $(GO) run . -gates

generate:
	$(GO) tool templ generate
	$(GO) generate ./...
	$(GO) run ./cmd/mashang docs -dir docs

release:
	GOOS=linux GOARCH=amd64 $(GO) build -trimpath -ldflags="-s -w" -o dist/mashang-linux-amd64 ./cmd/mashang
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags="-s -w" -o dist/mashang-linux-arm64 ./cmd/mashang
	GOOS=linux GOARCH=amd64 $(GO) build -trimpath -ldflags="-s -w" -o dist/mashang-seals-linux-amd64 ./cmd/seals
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags="-s -w" -o dist/mashang-seals-linux-arm64 ./cmd/seals
