package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/service/iam"
)

// Asks who it is, again and again, for as many seconds as the first argument says.
func main() {
	seconds, _ := strconv.Atoi(os.Args[1])
	w, err := databricks.NewWorkspaceClient()
	if err != nil {
		fmt.Println("FAILED", err)
		os.Exit(1)
	}
	count := 0
	for end := time.Now().Add(time.Duration(seconds) * time.Second); count == 0 || time.Now().Before(end); count++ {
		me, err := w.CurrentUser.Me(context.Background(), iam.MeRequest{})
		if err != nil {
			fmt.Println("FAILED", err)
			os.Exit(1)
		}
		if count == 0 {
			fmt.Println(me.UserName)
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Println("requests", count)
}
