%% Has this broker hear of the others' memory and disk alarms: a publisher must be held up wherever it is connected.
%%
%% A broker tells its alarms to the brokers that are registered with it. RabbitMQ registers when one announces its
%% start, so that brokers which start at the same moment can miss each other, and forgets it when the connection between
%% two is cut, after which nobody announces anything. Here a broker registers whenever the connection to another comes
%% about.
-module(kvchaos_alarms).
-export([start/0]).

start() ->
    spawn(fun() ->
        ok = net_kernel:monitor_nodes(true),
        lists:foreach(fun meet/1, nodes()),
        listen()
    end).

listen() ->
    receive
        {nodeup, Node} -> meet(Node);
        _ -> ok
    end,
    listen().

meet(Node) ->
    case atom_to_list(Node) of
        "rabbit@" ++ _ -> spawn(fun() -> register_with(Node) end);
        _ -> ok
    end.

%% Waits until both serve; a node that is gone comes up again, or not at all.
register_with(Node) ->
    case lists:member(Node, nodes()) of
        false -> ok;
        true ->
            case is_running(node()) andalso is_running(Node) of
                true -> rabbit_alarm:on_node_up(Node);
                false ->
                    timer:sleep(500),
                    register_with(Node)
            end
    end.

is_running(Node) -> rpc:call(Node, rabbit, is_running, [], 5000) =:= true.
