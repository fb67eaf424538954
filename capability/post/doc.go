// Package post is 邮局: the address page of what is posted, and what the post says became of papers that were sent
// by 法院专递, from a list that it hands to the court's clerks, or asked over
// HTTP by the number of a parcel.
//
// Each line of it becomes the same act that a clerk makes by hand
// (capability/delivery), once, however often it is said. What the post says is
// evidence and no judgment: a line counts by itself only if its words are those
// of the law (本人, 同住成年家属, 单位收发, 本人拒收…: 民事诉讼法 88, 91; 法院专递规定
// 7–11). What may mean several things (家人, 邻居, 快递柜, 拒收) goes to the clerk's
// desk and changes nothing.
//
// Reading order: label.go, rules.go (what the words of the post mean), service.go, ask.go,
// http.go.
package post
