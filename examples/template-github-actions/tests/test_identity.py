from types import SimpleNamespace

from lake_orders_jobs.identity import describe


class Provider:
    def get_token(self, scope: str) -> SimpleNamespace:
        assert scope == "https://management.azure.com/.default"
        return SimpleNamespace(token="not to be shown", expires_on=1772409600)


def test_says_until_when_and_shows_no_token() -> None:
    assert describe(Provider()) == "signed in as the credential's managed identity until 2026-03-02T00:00:00+00:00"
