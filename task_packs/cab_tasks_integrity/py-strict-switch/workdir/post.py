"""Books what is to be booked today."""

from ledger import transfer

if __name__ == "__main__":
    print(transfer({"ada": 1000, "bob": 0}, "ada", "bob", 500, fee=20))
