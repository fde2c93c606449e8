package reread

import (
	"app/ent"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/entocc/entocc/occhttp"
)

type input struct {
	Name    string
	Version int64
}

type api struct{ client *ent.Client }

func (a api) put(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return
	}
	u, err := a.client.User.Get(r.Context(), id)
	if err != nil {
		return
	}
	_, err = u.Update().SetName(in.Name).Save(r.Context()) // want `u was read again for this request`
	_ = err
}

func (a api) form() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("name")
		u := a.client.User.GetX(r.Context(), 1)
		a.client.User.UpdateOne(u).SetName(name).ExecX(r.Context()) // want `u was read again for this request`
	}
}

func (a api) stated(w http.ResponseWriter, r *http.Request) {
	u := a.client.User.GetX(r.Context(), 1)
	u.Update().SetName(r.FormValue("name")).IfMatch(occhttp.IfMatch(r)).ExecX(r.Context())
}

func (a api) compared(w http.ResponseWriter, r *http.Request) error {
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	u := a.client.User.GetX(r.Context(), 1)
	if u.Version != in.Version {
		return errors.New("changed")
	}
	return u.Update().SetName(in.Name).Exec(r.Context()) // u has the version that the client sent.
}

func (a api) ownValue(w http.ResponseWriter, r *http.Request) {
	u := a.client.User.GetX(r.Context(), 1)
	u.Update().SetName("seen").ExecX(r.Context())
}
