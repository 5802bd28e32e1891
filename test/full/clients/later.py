"""Asks who it is, again and again, for as many seconds as the first argument says."""

import sys
import time

from databricks.sdk import WorkspaceClient

client = WorkspaceClient()
end = time.monotonic() + float(sys.argv[1])
count = 0
while count == 0 or time.monotonic() < end:
    user = client.current_user.me().user_name
    if count == 0:
        print(user)
    count += 1
    time.sleep(0.1)
print("requests", count)
