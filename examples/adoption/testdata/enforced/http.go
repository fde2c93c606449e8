package main

import (
	"encoding/json"
	"net/http"
	"strconv"

	"example.com/desk/ent"
	"github.com/entocc/entocc/occhttp"
)

// edit is what a client sends.
type edit struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

func handler(d *desk) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tickets/{id}", d.get)
	mux.HandleFunc("PUT /tickets/{id}", d.put)
	return mux
}

func (d *desk) get(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	t, err := d.client.Ticket.Get(r.Context(), id)
	if err != nil {
		fail(w, err)
		return
	}
	_ = occhttp.SetETag(w, t)
	_ = json.NewEncoder(w).Encode(t)
}

// put saves the form that a client filled in, if the ticket is still as the client saw it.
func (d *desk) put(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	var in edit
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t, err := d.client.Ticket.Get(r.Context(), id)
	if err != nil {
		fail(w, err)
		return
	}
	t, err = t.Update().SetTitle(in.Title).SetBody(in.Body).IfMatch(occhttp.IfMatch(r)).Save(r.Context())
	if err != nil {
		occhttp.WriteError(w, r, err)
		return
	}
	_ = occhttp.SetETag(w, t)
	_ = json.NewEncoder(w).Encode(t)
}

func fail(w http.ResponseWriter, err error) {
	if ent.IsNotFound(err) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
