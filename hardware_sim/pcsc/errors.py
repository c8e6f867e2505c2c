"""What can go wrong with the private PC/SC service, each with what to do about it."""


class BenchError(Exception):
    """The bench refused or could not do something. `problem` says what, `remedy` what to do; both are sentences."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class PcscUnavailableError(BenchError):
    """This machine cannot run a private PC/SC service. `code` is no-unshare, no-namespaces, no-pcscd, no-vpcd,
    long-path or no-start."""

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.code = code


class RefusedError(BenchError):
    """A request that makes no sense now, such as a second card in a reader that holds one."""


class BenchGoneError(BenchError):
    """The process that holds pcscd and the cards has ended."""
