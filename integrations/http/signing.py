"""A token for each request at the moment it leaves: also for each retry, which a client's own `auth` would not do."""

import httpx


class Signing(httpx.BaseTransport):
    """Stands below the retries, and gives each request that passes to `auth`."""

    def __init__(self, below: httpx.BaseTransport, auth: httpx.Auth) -> None:
        self._below, self._auth = below, auth

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; asked again when `auth` wants that after seeing it."""
        flow = self._auth.sync_auth_flow(request)
        try:
            wanted = next(flow)
            while True:
                answer = self._below.handle_request(wanted)
                try:
                    wanted = flow.send(answer)
                except StopIteration:
                    return answer
                answer.close()
        finally:
            flow.close()

    def close(self) -> None:
        """Let go of the connections below."""
        self._below.close()
