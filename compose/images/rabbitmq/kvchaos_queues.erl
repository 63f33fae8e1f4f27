%% Tells who consumes each of the store's queues, and how many messages are in it, as this broker's replica has it at
%% the moment. The management API counts both every five seconds, twice over: right after a start, or a change of
%% consumers, it is wrong for as long.
%%
%% On 127.0.0.1:15670, so for processes in this container only (queues-now). A connection gets its answer at once: a
%% line for each queue, of name, term, index, messages, active consumer and all consumers by comma, with tabs between;
%% last `end`. Replicas may lag: of several the one with the highest term and index is right. A classic queue has no
%% replicas and only its own broker's word.
-module(kvchaos_queues).
-export([start/0]).

%% From the command line of the broker, which must start whatever becomes of this.
start() -> spawn(fun listen/0).

listen() ->
    Options = [binary, {ip, {127, 0, 0, 1}}, {active, false}, {reuseaddr, true}, {send_timeout, 2000}],
    {ok, Socket} = gen_tcp:listen(15670, Options),
    serve(Socket).

serve(Socket) ->
    case gen_tcp:accept(Socket) of
        {ok, Connection} ->
            %% Nothing, and so no `end`, while the broker cannot tell.
            _ = gen_tcp:send(Connection, try [lines(), "end\n"] catch _:_ -> "" end),
            gen_tcp:close(Connection);
        %% Such as no descriptor that is free: a fault of the suite, which ends.
        {error, _} -> timer:sleep(500)
    end,
    serve(Socket).

lines() ->
    [line(Name, amqqueue:get_type(Queue), amqqueue:get_pid(Queue), Queue)
     || Queue <- rabbit_amqqueue:list(), {resource, _, queue, <<"kv.", _/binary>> = Name} <- [amqqueue:get_name(Queue)]].

line(Name, rabbit_quorum_queue, {Process, _Leader}, _Queue) ->
    Replica = {Process, node()},
    case ra:local_query(Replica, fun rabbit_fifo:query_consumers/1, 1000) of
        {ok, {{Index, Term}, Consumers}, _} ->
            {ok, {_, Messages}, _} = ra:local_query(Replica, fun rabbit_fifo:query_messages_total/1, 1000),
            text(Name, Term, Index, Messages, maps:values(Consumers));
        %% No replica of it is here, or it does not run.
        _ -> ""
    end;
line(Name, rabbit_classic_queue, Process, Queue) when node(Process) =:= node() ->
    [{messages, Messages}] = rabbit_amqqueue:info(Queue, [messages]),
    text(Name, 0, 0, Messages, rabbit_amqqueue:consumers(Queue));
line(_, _, _, _) -> "".

text(Name, Term, Index, Messages, Consumers) ->
    Tags = [Tag || {_, Tag, _, _, _, _, _, _} <- Consumers],
    Active = [Tag || {_, Tag, _, _, _, single_active, _, _} <- Consumers],
    io_lib:format("~ts\t~b\t~b\t~b\t~ts\t~ts\n",
                  [Name, Term, Index, Messages, lists:join(",", Active), lists:join(",", Tags)]).
