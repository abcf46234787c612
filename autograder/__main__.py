"""The command `autograder`."""

import sys


def main():
    """Run the command line; where it cannot run, or the instructor's packages are missing, say what to do."""
    if sys.platform == "win32":
        sys.exit("autograder: en Windows, dentro de WSL 2 / on Windows, inside WSL 2: wsl --install")
    try:
        from autograder.commands import app
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("autograder", "atiende"):
            raise
        sys.exit(
            f"autograder: falta el paquete {error.name} / package {error.name} is missing: pip install 'atiende[teach]'"
        )
    app()


if __name__ == "__main__":
    main()
