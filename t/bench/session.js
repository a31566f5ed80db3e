/*
 * The service that auth_request asks: looks the session up in Redis and
 * compares its permissions.  Ports and sockets come from the command line:
 *     node session.js PORT REDIS-SOCKET
 */

'use strict';

const http = require('http');
const net = require('net');

const [port, path] = process.argv.slice(2);


/* A Redis client that knows GET: replies come in the order of requests. */

class Redis {
    constructor(path) {
        this.waiting = [];
        this.buffer = Buffer.alloc(0);
        this.socket = net.connect(path);
        this.socket.on('data', (data) => this.read(data));
        this.socket.on('error', () => process.exit(1));
    }

    get(key) {
        return new Promise((resolve, reject) => {
            this.waiting.push({ resolve, reject });
            this.socket.write(`*2\r\n$3\r\nGET\r\n$${Buffer.byteLength(key)}`
                              + `\r\n${key}\r\n`);
        });
    }

    read(data) {
        this.buffer = this.buffer.length ? Buffer.concat([this.buffer, data])
                                         : data;
        for (;;) {
            const end = this.buffer.indexOf('\r\n');

            if (end === -1) {
                return;
            }

            const head = this.buffer.toString('latin1', 0, end);

            if (head[0] !== '$') {
                this.buffer = this.buffer.subarray(end + 2);
                this.waiting.shift().reject(new Error(head));
                continue;
            }

            const length = Number(head.slice(1));

            if (length === -1) {
                this.buffer = this.buffer.subarray(end + 2);
                this.waiting.shift().resolve(null);
                continue;
            }

            const last = end + 2 + length;

            if (this.buffer.length < last + 2) {
                return;
            }

            const value = this.buffer.toString('utf8', end + 2, last);
            this.buffer = this.buffer.subarray(last + 2);
            this.waiting.shift().resolve(value);
        }
    }
}


const redis = new Redis(path);

const server = http.createServer(async (request, response) => {
    const match = /(?:^|; )xassist=([A-Za-z0-9_-]{40})/
        .exec(request.headers.cookie || '');
    let status = 401;
    const headers = { 'Content-Length': 0 };

    try {
        const text = match && await redis.get(`session:${match[1]}`);

        if (text) {
            const session = JSON.parse(text);
            const needed = request.headers['x-permission'];
            status = session.permissions.includes(needed) ? 200 : 403;
            headers['X-User'] = session.user;
            headers['X-Roles'] = session.roles.join(',');
        }

    } catch (error) {
        status = 503;
    }

    response.writeHead(status, headers);
    response.end();
});

server.keepAliveTimeout = 0;
server.listen(Number(port), '127.0.0.1');
