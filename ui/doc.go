// Package ui is the look: tokens and styles (static/app.css), icons, the few
// scripts, and typed components that every service's pages are made of. It
// knows no service.
//
// Reading order: page.templ (the frame), parts.templ (what stands in it),
// form.templ (fields), text.go (dates and money in words), static.go.
package ui

//go:generate go tool templ generate
