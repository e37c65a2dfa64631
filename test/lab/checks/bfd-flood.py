"""40,000 packets that no BFD session may hear: bfd-flood.py TO PEER STRANGER"""
import os
import socket
import struct
import sys

to, peer, stranger = sys.argv[1:]
# A session that goes down, whose packet has no receiver's discriminator.
down = struct.pack(">BBBBIIIII", 0x20, 0x40, 3, 24, 7, 0, 1000000, 50000, 0)
# A session that is up, with a receiver's discriminator that was guessed.
guess = struct.pack(">BBBBIIIII", 0x20, 0xC0, 3, 24, 7, 0xABCDEF, 50000, 50000, 0)


def sender(address, ttl):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    made.bind((address, 0))
    made.connect((to, 3784))
    return made


far, strange, near = sender(peer, 254), sender(stranger, 255), sender(peer, 255)
for _ in range(10000):
    # Over a router, from elsewhere, and from the right place: too short, or for another session.
    far.send(down)
    strange.send(down)
    near.send(os.urandom(20))
    near.send(guess)
