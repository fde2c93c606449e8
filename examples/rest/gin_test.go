//go:build everything

package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/occhttp"
)

func init() {
	routers["gin"] = func(client *ent.Client) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New()
		engine.PUT("/projects/:id", func(c *gin.Context) {
			if err := rename(client, c.Param("id"), c.Writer, c.Request); err != nil {
				occhttp.WriteError(c.Writer, c.Request, err)
			}
		})
		engine.PUT("/forgetful", func(c *gin.Context) {
			if err := forget(client, c.Request); err != nil {
				c.String(http.StatusInternalServerError, "it failed")
			}
		})
		return occhttp.Middleware()(engine)
	}
}
