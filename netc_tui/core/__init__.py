"""Pure values and decisions: no I/O, nothing of Docker, netlink or the screen.

The words, in code, on screen and in the README, with one meaning each:

service            a container that an operator may turn on
network container  the small one beside it that has the LAN address and forwards its ports; in code
                   ``own`` where there is one of them, as it is one of netc's own
interface          the host's network interface that the LAN is on (the parent of a macvlan)
LAN network        the Docker macvlan network of one interface, shared by its network containers
link               a network device of a machine or container, as the kernel has it; Docker's legacy
                   link of a container to another is called that in full, or ``linked``
lease              what the DHCP server granted: address, server, T1, T2, expiry (RFC 2131)
phase              where the lease stands: acquiring, bound, renewing, rebinding, expired, stopped
exposed            of a port: in the configuration of the service's image (EXPOSE)
published          of a port: on an address of the host, by Docker
forward            one public port, or range, of the LAN address, and the service's that it leads to
target             the address at which the network container reaches the service
path               what a packet from the LAN goes through: LAN, address, rules, service, port,
                   and the way back to the client
hop                one part of the path
client             who is connected to a service through its LAN address, by its own address
finding            what is wrong at a hop: a code, the cause, what to do
evidence           what was seen at a hop, in words
remedy             the command that mends what a finding is about
health             the path as last checked: healthy, the first broken hop, or not known
event              what a network container said that happened, one JSON object a line
record             that somebody did something to a service: what, who, when; in a label of its
                   network container, or told to the engine, which remembers it for a while
note               what this program did, or saw happen, to a service
step               one part of a plan; ``When`` it is done: before the lease, when bound, at the end
memo               what is written down on an engine, in the labels of a volume without content
watcher            ``netc watch`` at work: it follows what labels ask for
keeping            who keeps a service on or off: its labels, or an operator, and why
on, off            of a service: with a network container, or without
job                what is being done to a service now
desk               what a program that stays open knows of one host
fleet              the hosts that it has at hand, each with its desk
host               a machine with an engine that netc looks at: its name, and how it is reached
endpoint           where an engine is reached, and whether that is this machine
tunnel             an ssh of netc's own that leads to the engine of a host far away
node, task         of a Docker Swarm: a host that is in it; what it starts for a service, anew on
                   another node when that one is lost. A service may be one of a Swarm, too
panel, column      values that say what of a service is shown, and how
deed               what a key does; its key id, action, method and label have one name
tour               what the demo leads through, in five steps of its own
breakage           a way in which the demo breaks a service, with its remedy
visitor            a client that the demo makes
"""
