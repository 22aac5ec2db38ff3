/* Runs a command on the target through a direct-tcpip channel of the gateway, with libssh in both connections:
 * a thread copies between the channel and a socket pair whose other end is the second session's socket. */
#include <libssh/libssh.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssh_session start(const char *user, int port, int fd, const char *key_file, const char *known_hosts)
{
    ssh_session session = ssh_new();
    ssh_key key = NULL;
    int no = 0;
    ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
    ssh_options_set(session, SSH_OPTIONS_PORT, &port);
    ssh_options_set(session, SSH_OPTIONS_USER, user);
    ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, known_hosts);
    ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
    if (fd >= 0)
        ssh_options_set(session, SSH_OPTIONS_FD, &fd);
    if (ssh_connect(session) != SSH_OK) {
        fprintf(stderr, "connect: %s\n", ssh_get_error(session));
        exit(1);
    }
    if (ssh_session_is_known_server(session) != SSH_KNOWN_HOSTS_OK) {
        fprintf(stderr, "host key of port %d is not the known one\n", port);
        exit(1);
    }
    if (ssh_pki_import_privkey_file(key_file, NULL, NULL, NULL, &key) != SSH_OK ||
        ssh_userauth_publickey(session, NULL, key) != SSH_AUTH_SUCCESS) {
        fprintf(stderr, "authentication: %s\n", ssh_get_error(session));
        exit(1);
    }
    ssh_key_free(key);
    return session;
}

struct copy {
    ssh_channel channel;
    int fd;
};

static void *copy_both(void *argument)
{
    struct copy *copy = argument;
    char buffer[16384];
    while (ssh_channel_is_open(copy->channel) && !ssh_channel_is_eof(copy->channel)) {
        struct pollfd readable = {.fd = copy->fd, .events = POLLIN};
        int got = ssh_channel_read_timeout(copy->channel, buffer, sizeof buffer, 0, 10);
        if (got > 0 && write(copy->fd, buffer, got) != got)
            break;
        if (poll(&readable, 1, 0) > 0) {
            got = read(copy->fd, buffer, sizeof buffer);
            if (got <= 0 || ssh_channel_write(copy->channel, buffer, got) != got)
                break;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char answer[64] = {0};
    int pair[2];
    pthread_t thread;
    struct copy copy;
    if (argc != 6 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 1;
    ssh_session gateway = start("me", atoi(argv[1]), -1, argv[4], argv[5]);
    copy.channel = ssh_channel_new(gateway);
    copy.fd = pair[0];
    if (ssh_channel_open_forward(copy.channel, "127.0.0.1", atoi(argv[2]), "127.0.0.1", 0) != SSH_OK) {
        fprintf(stderr, "forward: %s\n", ssh_get_error(gateway));
        return 1;
    }
    pthread_create(&thread, NULL, copy_both, &copy);
    ssh_session target = start(argv[3], atoi(argv[2]), pair[1], argv[4], argv[5]);
    ssh_channel channel = ssh_channel_new(target);
    if (ssh_channel_open_session(channel) != SSH_OK || ssh_channel_request_exec(channel, "echo libssh") != SSH_OK)
        return 1;
    if (ssh_channel_read(channel, answer, sizeof answer - 1, 0) <= 0)
        return 1;
    fputs(answer, stdout);
    ssh_channel_close(channel);
    ssh_disconnect(target);
    return 0;
}
